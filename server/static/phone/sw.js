// The service worker of /phone/: keeps the page itself for when the line is cut, and nobody's data. The server writes
// `const ZENG = {version, shell, later}` above: the page in each language with what it loads, and what it may need.
"use strict";
const CACHE = `zeng-phone-${ZENG.version}`;
const CHOICE = "zeng-phone-language";
const files = new Set([...ZENG.shell, ...ZENG.later]);

self.addEventListener("install", (event) => {
  const fetched = async () => {
    const cache = await caches.open(CACHE);
    // Without cookies: what is kept here was made for nobody.
    await cache.addAll(ZENG.shell.map((url) => new Request(url, { credentials: "omit", cache: "no-cache" })));
    await self.skipWaiting();
  };
  event.waitUntil(fetched());
});

self.addEventListener("activate", (event) => {
  const taken = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("zeng-phone-") && name !== CACHE && name !== CHOICE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(taken());
});

const page = async (url) => {
  const choice = await caches.open(CHOICE);
  const language = url.searchParams.get("lang") || (await (await choice.match("/phone/language"))?.text()) || ZENG.language;
  const kept = await (await caches.open(CACHE)).match(`/phone/?lang=${language}`, { ignoreVary: true });
  return kept || fetch(url, { credentials: "same-origin" });
};
const file = async (request) => {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
};

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === "/phone/") event.respondWith(page(url));
  else if (files.has(url.pathname)) event.respondWith(file(event.request));
});
