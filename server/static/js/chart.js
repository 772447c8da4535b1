// The link over 24 hours by uPlot. A null is a gap and stays one: nothing is drawn through no data.
(() => {
  "use strict";
  const place = document.getElementById("chart");
  if (!place || !window.uPlot) return;
  const say = place.dataset;
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const text = (value) => (value == null ? "—" : String(value).replace(".", say.comma));
  let plot = null;
  let etag = "";

  const options = (data) => {
    const axis = { stroke: style("--muted"), grid: { stroke: style("--line"), width: 1 }, ticks: { stroke: style("--line"), width: 1 }, font: "12px Inter, sans-serif" };
    const label = (said) => ({ label: said, labelSize: 20, labelFont: "12px Inter, sans-serif" });
    const series = (label, scale, stroke, dash) => ({ label, scale, stroke, dash, width: 1.6, spanGaps: false, points: { show: false }, value: (_, v) => text(v) });
    return {
      width: place.clientWidth,
      height: 280,
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), say.zone),
      scales: { x: { time: true, range: [data.from, data.to] }, ms: { range: (_, low, high) => [0, Math.max(10, (high || 0) * 1.1)] }, "%": { range: [0, 100] }, dB: { range: (_, low, high) => [0, Math.max(12, (high || 0) * 1.2)] } },
      axes: [
        { ...axis, values: [[3600, "{HH}:{mm}", null, null, null, null, null, null, 1], [60, "{HH}:{mm}", null, null, null, null, null, null, 1]] },
        { ...axis, scale: "ms", size: 56, ...label(say.rtt), values: (_, all) => all.map(text) },
        { ...axis, scale: "%", side: 1, size: 48, ...label(say.loss), grid: { show: false }, values: (_, all) => all.map(text) },
      ],
      series: [
        { label: say.time, value: "{HH}:{mm}" },
        series(say.rtt, "ms", style("--accent")),
        series(say.loss, "%", style("--down"), [6, 3]),
        series(say.margin, "dB", style("--maintenance"), [2, 3]),
      ],
    };
  };
  const draw = async () => {
    const answer = await fetch(say.url, { headers: etag ? { "If-None-Match": etag } : {}, credentials: "same-origin" });
    if (answer.status === 304 || !answer.ok) return;
    etag = answer.headers.get("ETag") || "";
    const data = await answer.json();
    if (plot) plot.destroy();
    place.textContent = "";
    plot = null;
    if (!data.t.length) { place.textContent = say.empty; place.dataset.drawn = "0"; return; }
    plot = new uPlot(options(data), [data.t, data.rtt, data.loss, data.margin], place);
    place.dataset.drawn = String(data.t.length);
  };
  new ResizeObserver(() => { if (plot && Math.abs(plot.width - place.clientWidth) > 2) plot.setSize({ width: place.clientWidth, height: 280 }); }).observe(place);
  document.addEventListener("zeng:refreshed", () => { draw().catch(() => {}); });
  draw().catch(() => {});
})();
