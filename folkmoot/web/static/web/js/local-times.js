/* Times in the reader's own zone: the one they chose (zone="…"), or the browser's. Young ones say how long ago.
   A time that names its zone (data-zone, as a meeting's does) is left alone. Without this they stand in the group's zone. */
const HOUR = 3_600_000;

class LocalTimes extends HTMLElement {
  connectedCallback() {
    const zone = this.getAttribute("zone") || undefined, lang = document.documentElement.lang.replace(/^en$/, "en-GB"); // day before month, as the pages have it
    this.formats = {};
    for (const [name, options] of Object.entries({
      hour: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
      day: { weekday: "short", day: "numeric", month: "short" },
      year: { day: "numeric", month: "short", year: "numeric" },
      brief: { day: "numeric", month: "short" },
      week: { weekday: "short" },
      full: { dateStyle: "full", timeStyle: "short" },
      key: { year: "numeric", month: "2-digit", day: "2-digit" },
    })) this.formats[name] = new Intl.DateTimeFormat(lang, { timeZone: zone, ...options });
    this.relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
    this.observer = new MutationObserver(changes => changes.forEach(one => one.addedNodes.forEach(node => this.all(node))));
    this.observer.observe(document.body, { childList: true, subtree: true });
    this.all(document.body);
  }

  disconnectedCallback() { this.observer.disconnect(); }

  all(node) {
    if (node.querySelectorAll) for (const one of node.querySelectorAll("time.when[data-form]:not([data-zone])")) this.one(one);
  }

  one(time) {
    const at = new Date(time.dateTime), form = time.dataset.form;
    if (Number.isNaN(at.getTime())) return;
    delete time.dataset.form; // done
    const hour = this.formats.hour.format(at), day = this.day(at);
    time.title = this.formats.full.format(at);
    if (form === "stop") {
      time.querySelector("b").textContent = hour;
      time.querySelector("span").textContent = day;
    } else time.textContent = this.words(at, form, hour, day);
  }

  words(at, form, hour, day) {
    const age = Date.now() - at;
    if (form !== "short" && age >= 0 && age < HOUR) return this.relative.format(-Math.round(age / 60_000), "minute");
    if (form === "words") return `${this.days(at) < 2 ? this.relative.format(-this.days(at), "day") : day} ${hour}`;
    if (this.days(at) === 0) return form === "short" ? hour : `${day} ${hour}`;
    return form === "short" ? this.formats[this.days(at) < 7 ? "week" : "brief"].format(at) : day;
  }

  day(at) {
    const days = this.days(at);
    if (days === 0 || days === 1) return this.capital(this.relative.format(-days, "day"));
    return this.formats[this.isThisYear(at) ? "day" : "year"].format(at).replace(",", "");
  }

  /* How many midnights lie between, in the reader's zone. */
  days(at) {
    const number = date => {
      const part = Object.fromEntries(this.formats.key.formatToParts(date).map(one => [one.type, one.value]));
      return Date.UTC(part.year, part.month - 1, part.day) / 86_400_000;
    };
    return number(new Date()) - number(at);
  }

  isThisYear(at) { return at.getFullYear() === new Date().getFullYear(); }
  capital(words) { return words.charAt(0).toLocaleUpperCase() + words.slice(1); }
}

customElements.define("local-times", LocalTimes);
