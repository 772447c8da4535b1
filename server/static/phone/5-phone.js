// The page of somebody who counts: which school, which room, what is here and what is not; and the state of the outbox.
(() => {
  "use strict";
  const { store, sync, ask, look, state, changed, camera, lines } = window.Zeng;
  const $ = (id) => document.getElementById(id);
  const words = Object.fromEntries([...document.querySelectorAll("#words [data-word]")].map((e) => [e.dataset.word, e.textContent]));
  const word = (key, values = {}) => Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), words[key] ?? key);
  const two = (n) => String(n).padStart(2, "0");
  // In figures, as all three languages write it: Chromium knows no Azerbaijani months.
  const when = (iso) => { const d = new Date(iso); return `${two(d.getDate())}.${two(d.getMonth() + 1)} ${two(d.getHours())}:${two(d.getMinutes())}`; };
  const make = (tag, properties = {}, ...children) => { const e = Object.assign(document.createElement(tag), properties); e.append(...children); return e; };
  let uid = "", room = "", filter = "room", question = null;

  const showState = () => {
    const me = store.me();
    const parts = [];
    if (!me && !state.signedOut) parts.push(state.online === false ? word("sign_in_needs_line") : word("looking"));
    else if (state.signedOut) parts.push(word(me ? "signed_out" : "sign_in"));
    else if (state.busy) parts.push(word("sending"));
    else if (state.online === false) parts.push(word("offline"));
    else if (state.trouble) parts.push(word("trouble"));
    else parts.push(word(state.online ? "online" : "looking"));
    if (me) {
      parts.push(state.waiting ? word("waiting", { n: state.waiting }) : word("nothing_waits"));
      if (state.refused.length) parts.push(word("refused", { n: state.refused.length }));
      if (state.conflicts) parts.push(word("conflicts", { n: state.conflicts }));
      parts.push(state.last ? word("last_sync", { when: when(state.last) }) : word("never_synced"));
    }
    $("sync").textContent = parts.join(" · ");
    $("sync").dataset.state = state.online === false ? "offline" : state.signedOut || state.trouble ? "trouble" : state.waiting ? "waiting" : "good";
    $("sign-in").hidden = !state.signedOut;
    $("refused").replaceChildren(...state.refused.map((one) => {
      const what = one.body.code || one.body.name || one.body.line;
      const drop = make("button", { type: "button", textContent: word("dismiss") });
      drop.onclick = async () => { await store.dismiss(one.seq); await look(); };
      return make("li", {}, make("b", { textContent: what }), make("span", { textContent: one.sentence }), drop);
    }));
    $("s-refused").hidden = !state.refused.length;
  };

  const choose = async () => {
    const me = store.me();
    const held = me ? await store.downloads(me.id) : [];
    $("held").replaceChildren(...held.map((one) => {
      const left = one.lines.filter((line) => line.grade === "nothing" && line.found === null).length;
      const open = make("button", { type: "button", className: "big" }, make("b", { textContent: one.school.name }),
        make("small", { textContent: word("held", { when: when(one.as_of), lines: one.lines.length, left }) }));
      open.onclick = () => begin(one.uid);
      return make("li", {}, open);
    }));
    $("nothing-held").hidden = held.length > 0 || !me;
    if (!me || state.online === false) return;
    const there = await ask("/api/v1/stocktakes?state=counting&limit=200").catch(() => null);
    if (!there) return;
    const more = there.items.filter((one) => !held.some((other) => other.uid === one.uid));
    $("there").replaceChildren(...more.map((one) => {
      const get = make("button", { type: "button", className: "big" }, make("b", { textContent: one.school.name }), make("small", { textContent: word("download") }));
      get.onclick = async () => {
        get.disabled = true;
        const fresh = await ask(`/api/v1/stocktakes/${one.uid}`).catch(() => null);
        get.disabled = false;
        if (fresh && (await store.keep(me.id, fresh))) await begin(one.uid);
        else say(word("not_downloaded"));
      };
      return make("li", {}, get);
    }));
  };

  const say = (text) => { $("said").textContent = text; };
  const current = () => store.download(store.me()?.id, uid);
  const begin = async (chosen) => { uid = chosen; room = ""; question = null; say(""); await draw(); };
  const leave = async () => { uid = ""; question = null; stopCamera(); await draw(); };

  const nameOf = (held, key) => held.rooms.find((one) => one.uid === key)?.name ?? "";
  const wanted = (line) => {
    if (filter === "all") return true;
    if (filter === "left") return line.grade === "nothing" && line.found === null;
    return line.found ? line.found_room === room : line.room === room;
  };
  const draw = async () => {
    const held = uid ? await current() : null;
    $("s-choose").hidden = Boolean(held);
    $("s-count").hidden = !held;
    if (!held) { uid = ""; return choose(); }
    $("school").textContent = held.school.name;
    const left = held.lines.filter((line) => line.grade === "nothing" && line.found === null).length;
    $("as-of").textContent = word("held", { when: when(held.as_of), lines: held.lines.length, left });
    const chosen = [["", word("no_room")], ...held.rooms.map((one) => [one.uid, one.name])];
    $("room").replaceChildren(...chosen.map(([value, name]) => {
      const open = held.lines.filter((line) => line.room === value && line.expected && line.grade === "nothing" && line.found === null).length;
      return make("option", { value, textContent: open ? `${name} (${open})` : name, selected: value === room });
    }));
    for (const radio of document.querySelectorAll('[name="filter"]')) radio.checked = radio.value === filter;
    const shown = held.lines.filter(wanted);
    $("none").hidden = shown.length > 0;
    $("lines").replaceChildren(...shown.map((line) => row(held, line)));
    const [code, twice] = question ?? [];
    $("question").hidden = !question;
    if (question) $("asked").textContent = word("found_before", { number: code, room: nameOf(held, twice.found_room) || word("no_room") });
  };
  const row = (held, line) => {
    const found = make("button", { type: "button", textContent: word("here"), ariaPressed: String(line.found === true && line.found_room === room) });
    const absent = make("button", { type: "button", textContent: word("not_here"), ariaPressed: String(line.found === false) });
    found.onclick = () => mark(held, line, true);
    absent.onclick = () => mark(held, line, false);
    const note = make("input", { value: line.note, maxLength: 500, ariaLabel: word("note") });
    note.onchange = () => lines.say(held, line.line, { found: line.found ?? true, room: line.found_room || room, method: "typed", note: note.value }).then(draw);
    const parts = [word(`r_${line.result ?? "none"}`), line.found ? nameOf(held, line.found_room) : nameOf(held, line.room)];
    if (line.disputed) parts.push(word("disputed"));
    else if (line.found === null) parts.push(word(`g_${line.grade}`));
    const item = make("li", { className: line.result ?? "todo" },
      make("div", { className: "piece" }, make("b", { textContent: line.name || word("unnamed") }), make("span", { textContent: line.number }),
        make("small", { textContent: parts.filter(Boolean).join(" · ") })),
      make("div", { className: "marks" }, found, absent),
      make("details", {}, make("summary", { textContent: line.note || word("note") }), note));
    item.dataset.number = line.number;
    return item;
  };
  const mark = async (held, line, found) => {
    const fresh = await lines.say(held, line.line, { found, room, method: "typed" });
    say(word(fresh ? (found ? "noted_here" : "noted_not_here") : "noted_before", { number: line.number || line.name }));
    await draw();
  };

  const code = async (text, method) => {
    const held = await current();
    const read = lines.codeIn(text);
    if (!held || !read) return say(word("no_code"));
    const line = lines.lineOf(held, read);
    if (!line) {
      await lines.add(held, { what: "code", code: read, room, method });
      say(word("unknown", { number: read }));
    } else if (line.found && line.found_room !== room) {
      question = [read, line, method];
    } else {
      const fresh = await lines.say(held, line.line, { found: true, room, method });
      say(word(fresh ? "noted_here" : "noted_before", { number: line.number }));
    }
    return draw();
  };
  const answer = async (second) => {
    const [read, line, method] = question;
    question = null;
    const held = await current();
    if (second) await lines.add(held, { what: "second", code: read, name: line.name, room, method });
    else await lines.say(held, line.line, { found: true, room, method });
    say(word("noted_here", { number: read }));
    await draw();
  };

  const stopCamera = () => { camera.stop($("video")); $("viewer").hidden = true; $("scan").textContent = word("scan"); };
  $("scan").onclick = async () => {
    if (camera.on()) return stopCamera();
    $("viewer").hidden = false;
    $("scan").textContent = word("stop_scan");
    try {
      await camera.start($("video"), (text) => (question ? undefined : code(text, "scan")));
    } catch {
      stopCamera();
      say(word("no_camera"));
    }
    return undefined;
  };
  $("typed").onsubmit = (event) => { event.preventDefault(); const field = $("number"); code(field.value, "typed"); field.value = ""; };
  $("surplus").onsubmit = async (event) => {
    event.preventDefault();
    const held = await current();
    const name = $("surplus-name").value.trim();
    if (!held || !name) return;
    await lines.add(held, { what: "new", name, note: $("surplus-note").value.trim(), room, method: "typed" });
    event.target.reset();
    event.target.closest("details").open = false;
    say(word("noted_here", { number: name }));
    await draw();
  };
  $("moved").onclick = () => answer(false);
  $("second").onclick = () => answer(true);
  $("room").onchange = () => { room = $("room").value; draw(); };
  $("back").onclick = leave;
  $("sync-now").onclick = () => sync().then(draw);
  for (const radio of document.querySelectorAll('[name="filter"]')) radio.onchange = () => { filter = radio.value; draw(); };

  let lastState = "";
  changed(() => {
    showState();
    const now = JSON.stringify([store.me()?.id, state.online, state.waiting, state.last, state.signedOut]);
    if (now !== lastState && !document.activeElement?.closest("#lines details")) { lastState = now; draw(); }
  });
  const start = async () => {
    if (window.caches) (await caches.open("zeng-phone-language")).put("/phone/language", new Response(document.documentElement.lang));
    if ("serviceWorker" in navigator) await navigator.serviceWorker.register("/phone/sw.js", { scope: "/phone/" }).catch(() => say(word("no_worker")));
    if (!("BarcodeDetector" in window)) navigator.serviceWorker?.ready.then(() => fetch(document.body.dataset.scan)).catch(() => undefined);
    navigator.storage?.persist?.(); // so that a full disk does not cost the outbox
    if (!store.me()) await store.forget();
    await look();
    await draw();
    await sync();
    document.body.dataset.ready = "yes";
  };
  start();
})();
