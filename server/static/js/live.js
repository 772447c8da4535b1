// Live rows: the server tells, this puts them in place. Closed on hidden tabs: a browser allows six connections.
(() => {
  "use strict";
  const sign = document.getElementById("live");
  if (!sign || !window.EventSource) return;
  const stale = document.getElementById("stale");
  const list = () => document.getElementById("links") || document.getElementById("now");
  let source = null;
  let last = Number(list().dataset.after);
  let refreshed = Date.now();
  const EVERY_MS = 60000;

  const show = (on) => {
    const state = on ? "on" : "off";
    if (sign.dataset.state === state) return;
    sign.dataset.state = state;
    sign.textContent = sign.dataset[state];
  };
  const fragment = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  };
  const replace = (fresh) => {
    const old = fresh && document.getElementById(fresh.id);
    if (!old) return;
    const held = document.activeElement && old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceWith(fresh);
    if (held && document.getElementById(held)) document.getElementById(held).focus();
  };
  // The whole list anew: ages, order, counts. Answered by the same server code as the page.
  const refresh = async () => {
    refreshed = Date.now();
    const url = list().dataset.part || location.href;
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (answer.headers.get("HX-Redirect")) return location.assign(answer.headers.get("HX-Redirect"));
      if (!answer.ok) throw new Error(String(answer.status));
      const open = new Map([...list().querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
      replace(fragment(await answer.text()));
      open.forEach((was, id) => { const d = document.getElementById(id); if (d) d.open = was; });
      stale.hidden = true;
      document.dispatchEvent(new CustomEvent("zeng:refreshed"));
    } catch {
      stale.hidden = false;
    }
  };
  const open = () => {
    if (source || document.hidden) return;
    const here = new URLSearchParams(location.search);
    here.set("after", String(last));
    source = new EventSource(`${sign.dataset.url}?${here}`);
    source.onopen = () => { show(true); stale.hidden = true; };
    source.onerror = () => { show(false); stale.hidden = false; if (source.readyState === EventSource.CLOSED) close(); };
    const heard = (event) => { last = Math.max(last, Number(event.lastEventId) || 0); };
    source.addEventListener("row", (event) => {
      heard(event);
      const row = fragment(event.data);
      if (sign.dataset.school) { if (row.id === sign.dataset.school) refresh(); } else replace(row);
    });
    source.addEventListener("counts", (event) => { heard(event); if (!sign.dataset.school) replace(fragment(event.data)); });
    source.addEventListener("reload", (event) => { heard(event); refresh(); });
    source.addEventListener("leave", (event) => location.assign(event.data));
  };
  const close = () => { if (source) source.close(); source = null; show(false); };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return close();
    open();
    if (Date.now() - refreshed > EVERY_MS) refresh();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  document.addEventListener("htmx:afterSettle", () => { close(); last = Math.max(last, Number(list().dataset.after)); open(); });
  setInterval(() => { if (!document.hidden) { refresh(); open(); } }, EVERY_MS);
  open();
})();
