// What a finding does to a line here, before the server has heard of it; and which line a code is of. No screen in this file.
(() => {
  "use strict";
  const { push, uuid } = window.Zeng;
  const MOST_BASE = 16;

  // As inventory.counting.code_in: the number in what was read; "" for none.
  const codeIn = (text) => {
    const plain = text.split(/\s+/).filter(Boolean).join(" ");
    let path = plain;
    if (/^https?:\/\//i.test(plain)) { try { path = new URL(plain).pathname; } catch { path = plain; } }
    const match = path.match(/(?:^|\/)e\/([^/]+)\/?$/);
    let code = plain;
    if (match) { try { code = decodeURIComponent(match[1]).trim(); } catch { code = match[1]; } }
    return code.length <= 120 ? code : "";
  };
  const bare = (text) => text.toUpperCase().replace(/[^0-9A-Z]/g, "");
  const lineOf = (held, code) => {
    const byNumber = held.lines.find((line) => line.what !== "second" && line.number === code);
    if (byNumber) return byNumber;
    const serial = bare(code);
    const bySerial = serial.length >= 5 ? held.lines.filter((line) => line.serial === serial) : [];
    return bySerial.length === 1 ? bySerial[0] : null;
  };
  const result = (line) => {
    if (line.what !== "asset") return line.found ? { code: "unknown_code", new: "surplus", second: "double" }[line.what] : null;
    if (!line.found) return "missing";
    return !line.expected || (line.found_room && line.room && line.found_room !== line.room) ? "misplaced" : "match";
  };

  // Says of a line that it was found in a room, or not found. The same said twice is said once.
  const say = async (held, key, { found, room, method, note }) => {
    const line = held.lines.find((one) => one.line === key);
    const same = line.found === found && (!found || (line.found_room || "") === room) && (note === undefined || note === line.note);
    if (same && !line.disputed) return false;
    const id = uuid();
    const said = note === undefined ? line.note : note;
    const body = { stocktake: held.uid, line: line.line, code: line.number, found, room: found ? room : "", method, name: line.what === "asset" ? "" : line.name, note: said };
    await push(held.uid, { uuid: id, kind: "count", base: line.base.slice(-MOST_BASE), local: key, body }, (kept) => {
      const mine = kept.lines.find((one) => one.line === key);
      Object.assign(mine, { found, found_room: found ? room : "", note: said, base: [id], grade: found ? "scanned" : mine.grade });
      mine.result = result(mine);
    });
    return true;
  };
  // A line that nobody expected: an unknown code, a piece without a number, a second one under a number.
  const add = async (held, { what, code = "", name = "", room, method, note = "" }) => {
    const id = uuid();
    const key = { code: `c:${code}`, new: `n:${id}`, second: `d:${id}` }[what];
    const body = { stocktake: held.uid, line: what === "code" ? "" : key, code, found: true, room, method, name, note };
    const line = { line: key, what, number: code, serial: "", name, expected: false, room: "", found: true, found_room: room, grade: "scanned", disputed: false, moved: false, note, base: [id] };
    line.result = result(line);
    await push(held.uid, { uuid: id, kind: "count", local: key, body }, (kept) => kept.lines.push(line));
    return line;
  };
  Object.assign(window.Zeng, { lines: { codeIn, lineOf, say, add } });
})();
