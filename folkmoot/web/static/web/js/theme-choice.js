// <theme-choice> around buttons with the values system, light, dark: chooses the colours and keeps that in a cookie,
// which the server writes into <html data-theme>.

class ThemeChoice extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    this.show();
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  handleEvent(event) {
    const theme = event.target.closest("button")?.value;
    if (!theme) return;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    const age = theme === "system" ? 0 : 60 * 60 * 24 * 365;
    document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
    this.show();
  }

  show() {
    const theme = document.documentElement.dataset.theme ?? "system";
    for (const button of this.querySelectorAll("button")) button.setAttribute("aria-pressed", button.value === theme);
  }
}

customElements.define("theme-choice", ThemeChoice);
