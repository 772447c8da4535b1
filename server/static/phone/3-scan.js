// The camera as a reader of codes: the browser's own detector where there is one, else jsQR, loaded when first needed.
(() => {
  "use strict";
  const EVERY_MS = 180, SAME_MS = 2500, WIDEST = 800;
  let stream = null, timer = 0;

  const script = (url) => new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    tag.src = url;
    tag.onload = resolve;
    tag.onerror = reject;
    document.head.append(tag);
  });
  const reader = async () => {
    if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const formats = (await BarcodeDetector.getSupportedFormats()).filter((f) => ["qr_code", "code_128", "code_39", "ean_13"].includes(f));
      const detector = new BarcodeDetector({ formats });
      return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
    }
    if (!window.jsQR) await script(document.body.dataset.scan);
    const canvas = document.createElement("canvas");
    const paper = canvas.getContext("2d", { willReadFrequently: true });
    return async (video) => {
      const scale = Math.min(1, WIDEST / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      paper.drawImage(video, 0, 0, canvas.width, canvas.height);
      const picture = paper.getImageData(0, 0, canvas.width, canvas.height);
      return window.jsQR(picture.data, picture.width, picture.height)?.data ?? "";
    };
  };

  const stop = (video) => {
    clearTimeout(timer);
    timer = 0;
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
  };
  // Calls `read(text)` for each code; the same one again only after a pause. Throws where there is no camera.
  const start = async (video, read) => {
    const asked = { video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false };
    stream = await navigator.mediaDevices.getUserMedia(asked);
    video.srcObject = stream;
    await video.play();
    const decode = await reader();
    let last = "", since = 0;
    const turn = async () => {
      if (!stream) return;
      if (video.videoWidth) {
        const text = await decode(video);
        if (text && (text !== last || Date.now() - since > SAME_MS)) {
          last = text;
          since = Date.now();
          navigator.vibrate?.(60);
          await read(text);
        }
      }
      if (stream) timer = setTimeout(turn, EVERY_MS);
    };
    turn();
  };
  window.Zeng.camera = { start, stop, on: () => stream !== null };
})();
