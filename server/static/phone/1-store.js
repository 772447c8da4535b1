// What a telephone keeps: downloads with the time they are from, and the outbox. Everything belongs to one person.
(() => {
  "use strict";
  const ME = "zeng.phone.person"; // in localStorage, so that signing out can take it away at once (js/leave.js)
  const wait = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const done = (transaction) => new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
  let opened = null;
  const open = () => {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("zeng-phone", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("downloads", { keyPath: ["person", "uid"] });
        const outbox = request.result.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
        outbox.createIndex("person", "person");
        request.result.createObjectStore("facts", { keyPath: ["person", "name"] });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opened;
  };
  const reading = async (name) => (await open()).transaction(name).objectStore(name);

  const me = () => {
    try { return JSON.parse(localStorage.getItem(ME)); } catch { return null; }
  };
  // Somebody is signed in here now. What others downloaded goes; what others have not sent yet stays, unseen.
  const become = async (person) => {
    localStorage.setItem(ME, JSON.stringify(person));
    const transaction = (await open()).transaction("downloads", "readwrite");
    const store = transaction.objectStore("downloads");
    for (const key of await wait(store.getAllKeys())) if (key[0] !== person.id) store.delete(key);
    await done(transaction);
  };
  const forget = async () => {
    localStorage.removeItem(ME);
    const transaction = (await open()).transaction("downloads", "readwrite");
    transaction.objectStore("downloads").clear();
    await done(transaction);
  };

  const downloads = async (person) => (await wait((await reading("downloads")).getAll())).filter((d) => d.person === person);
  const download = async (person, uid) => wait((await reading("downloads")).get([person, uid]));
  // A fresh download replaces the old one, unless something of it was written meanwhile that has not been sent.
  const keep = async (person, fresh) => {
    const transaction = (await open()).transaction(["downloads", "outbox"], "readwrite");
    const pending = await wait(transaction.objectStore("outbox").index("person").getAll(person));
    const held = pending.some((one) => one.state === "waiting" && one.about === fresh.uid);
    if (!held) transaction.objectStore("downloads").put({ ...fresh, person });
    await done(transaction);
    return !held;
  };
  const drop = async (person, uid) => {
    const transaction = (await open()).transaction("downloads", "readwrite");
    transaction.objectStore("downloads").delete([person, uid]);
    await done(transaction);
  };

  const outbox = async (person) => wait((await reading("outbox")).index("person").getAll(person));
  // The operation and what it does to the download become true together, or not at all.
  const write = async (person, uid, operation, change) => {
    const transaction = (await open()).transaction(["downloads", "outbox"], "readwrite", { durability: "strict" });
    const store = transaction.objectStore("downloads");
    const held = await wait(store.get([person, uid]));
    if (held) { change(held); store.put(held); }
    transaction.objectStore("outbox").add({ ...operation, person, about: uid, state: "waiting", sentence: "" });
    await done(transaction);
  };
  // The server's answers: what was taken leaves the outbox, what was refused stays in it with the reason.
  const settle = async (person, results) => {
    const transaction = (await open()).transaction(["downloads", "outbox"], "readwrite");
    const box = transaction.objectStore("outbox");
    const store = transaction.objectStore("downloads");
    for (const one of await wait(box.index("person").getAll(person))) {
      const result = results.find((r) => r.uuid === one.uuid);
      if (!result) continue;
      if (result.outcome === "refused") { box.put({ ...one, state: "refused", sentence: result.sentence }); continue; }
      box.delete(one.seq);
      const held = await wait(store.get([person, one.about]));
      const line = held && held.lines.find((l) => l.line === one.body.line || (one.local && l.line === one.local));
      if (line) {
        line.line = result.now.line;
        line.disputed = result.now.disputed;
        line.base = [...new Set([...line.base, ...result.now.base])].slice(-16);
        store.put(held);
      }
    }
    await done(transaction);
  };
  const dismiss = async (seq) => {
    const transaction = (await open()).transaction("outbox", "readwrite");
    transaction.objectStore("outbox").delete(seq);
    await done(transaction);
  };
  const fact = async (person, name) => (await wait((await reading("facts")).get([person, name])))?.value;
  const note = async (person, name, value) => {
    const transaction = (await open()).transaction("facts", "readwrite");
    transaction.objectStore("facts").put({ person, name, value });
    await done(transaction);
  };

  window.Zeng = { store: { me, become, forget, downloads, download, keep, drop, outbox, write, settle, dismiss, fact, note } };
})();
