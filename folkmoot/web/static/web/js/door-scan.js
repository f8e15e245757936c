// <door-scan words="Scan with the camera">: where the browser reads such pictures, a button turns the camera on; what it
// reads goes up as an event "scanned". Elsewhere it says so and the code can be typed.

const PAUSE = 300; // milliseconds between two looks
const SAME = 3000; // and for so long the same ticket is not told again

class DoorScan extends HTMLElement {
  connectedCallback() {
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "btn";
    this.button.textContent = this.getAttribute("words");
    this.button.addEventListener("click", () => (this.stream ? this.stop() : this.start()));
    this.append(this.button);
  }

  disconnectedCallback() {
    this.stop();
    this.replaceChildren();
  }

  async start() {
    if (!("BarcodeDetector" in window)) return this.excuse();
    try {
      this.reader = new BarcodeDetector({ formats: ["qr_code"] });
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      return this.excuse();
    }
    this.video = document.createElement("video");
    this.video.muted = this.video.playsInline = true;
    this.video.srcObject = this.stream;
    this.append(this.video);
    this.button.textContent = this.getAttribute("words-stop");
    await this.video.play();
    this.look();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video?.remove();
    this.button.textContent = this.getAttribute("words");
  }

  async look() {
    while (this.stream) {
      const [found] = await this.reader.detect(this.video).catch(() => []);
      if (found) this.tell(found.rawValue);
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  }

  tell(text) {
    if (text === this.last && Date.now() - this.at < SAME) return;
    [this.last, this.at] = [text, Date.now()];
    this.dispatchEvent(new CustomEvent("scanned", { detail: text, bubbles: true }));
  }

  excuse() {
    const words = document.createElement("p");
    words.setAttribute("role", "status");
    words.textContent = this.getAttribute("words-none");
    this.replaceChildren(words);
  }
}

customElements.define("door-scan", DoorScan);
