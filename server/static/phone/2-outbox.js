// The outbox is sent in its order, in small batches; nothing leaves it before the server said what became of it.
(() => {
  "use strict";
  const { store } = window.Zeng;
  const PATIENCE_MS = 20000;
  const MOST = 40, MOST_BYTES = 40000; // a request of ours has at most 64,000 bytes
  const EVERY_MS = 60000;
  const state = { online: null, signedOut: false, trouble: false, waiting: 0, refused: [], conflicts: 0, last: null, busy: false };
  const listeners = [];
  const told = () => listeners.forEach((listen) => listen(state));

  const uuid = () => crypto.randomUUID().replaceAll("-", "");
  class SignedOut extends Error {}
  class Trouble extends Error {}
  const ask = async (url, body) => {
    const options = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(url, { ...options, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 401) throw new SignedOut();
    if (!answer.ok) throw Object.assign(new Trouble(String(answer.status)), { status: answer.status });
    return answer.json();
  };

  const look = async () => {
    const me = store.me();
    const box = me ? await store.outbox(me.id) : [];
    state.waiting = box.filter((one) => one.state === "waiting").length;
    state.refused = box.filter((one) => one.state === "refused");
    state.last = me ? (await store.fact(me.id, "last")) ?? null : null;
    state.conflicts = me ? (await store.fact(me.id, "conflicts")) ?? 0 : 0;
    told();
  };

  const batch = (waiting, me) => {
    const operations = [];
    let bytes = 0;
    for (const { uuid: id, kind, made_at, base, body } of waiting) {
      const operation = { uuid: id, kind, made_at, base, body };
      bytes += new TextEncoder().encode(JSON.stringify(operation)).length + 1;
      if (operations.length === MOST || (operations.length && bytes > MOST_BYTES)) break;
      operations.push(operation);
    }
    return { person: me.id, operations };
  };

  // Whoever is signed in says what is sent: the outbox of anybody else stays closed.
  const run = async () => {
    const known = await ask("/api/v1/sync");
    state.online = true;
    if (store.me()?.id !== known.person.id) await store.become(known.person);
    const me = known.person;
    state.signedOut = state.trouble = false;
    await store.note(me.id, "conflicts", known.conflicts);
    await look();
    const language = document.documentElement.lang;
    for (;;) {
      const waiting = (await store.outbox(me.id)).filter((one) => one.state === "waiting");
      if (!waiting.length) break;
      const { results, at } = await ask(`/api/v1/sync?lang=${language}`, batch(waiting, me));
      await store.settle(me.id, results);
      await store.note(me.id, "last", at);
      await look();
      if (!results.length) break;
    }
    for (const held of await store.downloads(me.id)) await refresh(me, held.uid);
    await store.note(me.id, "last", known.at);
    await store.note(me.id, "conflicts", (await ask("/api/v1/sync")).conflicts);
  };
  const refresh = async (me, uid) => {
    try {
      const fresh = await ask(`/api/v1/stocktakes/${uid}`);
      if (fresh.state === "signed") await store.drop(me.id, uid);
      else await store.keep(me.id, fresh);
    } catch (error) {
      if (error.status !== 404) throw error;
      await store.drop(me.id, uid); // it is no longer this person's to see
    }
  };

  const sync = () => navigator.locks.request("zeng-sync", { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    state.busy = true;
    told();
    try {
      await run();
    } catch (error) {
      if (error instanceof SignedOut) { state.online = true; state.signedOut = true; }
      else if (error instanceof Trouble) { state.online = true; state.trouble = true; }
      else if (error instanceof TypeError || error.name === "TimeoutError" || error.name === "AbortError") state.online = false;
      else throw error;
    } finally {
      state.busy = false;
      await look();
    }
  });
  const push = async (uid, operation, change) => {
    const me = store.me();
    await store.write(me.id, uid, { uuid: uuid(), made_at: new Date().toISOString(), base: [], ...operation }, change);
    await look();
    sync();
  };

  addEventListener("online", sync);
  addEventListener("offline", () => { state.online = false; told(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) sync(); });
  setInterval(() => { if (!document.hidden) sync(); }, EVERY_MS);
  Object.assign(window.Zeng, { sync, push, ask, uuid, look, state, changed: (listen) => listeners.push(listen) });
})();
