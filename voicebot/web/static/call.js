// One call: who, what came of it, the way through the flow, and every word as it is said.

import { get } from "./api.js";
import { address } from "./customer.js";
import { badge, caller, el, fullTime, length, seconds, words } from "./format.js";
import { elapsed } from "./list.js";

const NAMES = {
  bot: "Bot", caller: "Caller", keys: "Keys", ring: "Ring", intent: "Intent", silence: "Silence",
  "no-match": "No match", backend: "Back end", queue: "Queue", offer: "Offer", agent: "Agent",
  transfer: "Transfer", supervisor: "Supervisor", hold: "Hold", failed: "Failed", hangup: "Hang-up",
};
const SPOKEN = new Set(["bot", "caller", "keys"]);
const view = document.getElementById("detail");
let open = null;

export async function show(id, seen) {
  open = { id, call: null, lines: new Map(), facts: new Set() };
  const mine = open;
  const body = await get(`/api/calls/${encodeURIComponent(id)}`);
  if (open !== mine) return;
  mine.call = body.call;
  for (const fact of body.facts) mine.facts.add(fact.seq);
  for (const line of body.transcript) mine.lines.set(line.seq, line);
  draw();
  for (const fact of seen) take(fact);
}

export function clear() {
  open = null;
  view.replaceChildren(el("div", { class: "welcome" },
    el("p", { text: "Choose a call to read it." }),
    el("p", { text: "A live call is shown as it is spoken." })));
}

export function fail(error) {
  view.replaceChildren(back(), el("div", { class: "welcome" },
    el("p", { text: error.message }), el("p", { text: error.hint || "" })));
}

// A fact of any call, as it happens.
export function take(fact) {
  if (!open?.call || fact.call !== open.id || open.facts.has(fact.seq)) return;
  open.facts.add(fact.seq);
  if (fact.line) {
    open.lines.set(fact.seq, fact.line);
    insert(fact.line);
  }
  if (fact.kind === "moved") {
    open.call.path.push(fact.data.node);
    view.querySelector(".path")?.replaceWith(path());
  }
  if (fact.kind === "ended" || fact.kind === "answered" || fact.kind === "queued") later(fact.call);
}

// The record is written a moment after the fact.
function later(id) {
  setTimeout(async () => {
    const body = await get(`/api/calls/${encodeURIComponent(id)}`).catch(() => null);
    if (!body || open?.id !== id) return;
    open.call = body.call;
    view.querySelector("header")?.replaceWith(head());
    if (!view.querySelector("audio")) view.querySelector(".path")?.before(...player());
  }, 600);
}

export const openCall = () => open?.id || "";

export function tick() {
  const cell = view.querySelector("[data-length]");
  if (cell && open?.call && !open.call.ended) cell.textContent = length(elapsed(open.call));
}

const back = () => el("a", { class: "back", href: "#/", text: "‹ All calls" });

function head() {
  const call = open.call;
  const facts = [
    ["Called", call.called], ["Begun", fullTime(call.started)], ["Flow", call.flow],
    ["Queue", call.queue], ["Agent", call.agent],
    ["Waited", call.wait_ms && length(call.wait_ms)], ["Talked", call.talk_ms && length(call.talk_ms)],
    ["Ended by", call.ended_by], ["Tags", call.tags.join(", ")],
  ];
  const time = el("dd", { "data-length": "", text: length(call.ended ? call.duration_ms : elapsed(call)) });
  return el("header", {},
    el("div", { class: "title" }, el("h2", { text: caller(call) }), badge(call),
      call.caller && el("a", { href: address(call.caller), text: "All their calls" })),
    el("dl", { class: "facts" },
      el("div", {}, el("dt", { text: "Length" }), time),
      ...facts.filter(([, value]) => value).map(([name, value]) =>
        el("div", {}, el("dt", { text: name }), el("dd", { text: value })))));
}

function player() {
  const call = open.call;
  if (!call.recording || !call.ended) return [];
  const address = `/api/calls/${encodeURIComponent(call.call)}/recording`;
  const audio = el("audio", { controls: "", preload: "metadata", src: address, "aria-label": "Recording" });
  audio.addEventListener("error", () => audio.replaceWith(
    el("p", { class: "empty", text: "The recording is not there." })), { once: true });
  return [audio];
}

const path = () => el("ol", { class: "path", "aria-label": "Nodes of the flow" },
  ...open.call.path.map((node) => el("li", { text: node })));

function draw() {
  const list = el("ol", { class: "lines", lang: open.call.language || undefined,
    role: "log", "aria-label": "Transcript" });
  list.append(...sorted().map(row));
  view.replaceChildren(back(), head(), ...player(), path(), list);
}

const sorted = () => [...open.lines.values()].sort(before);
const before = (a, b) => a.at_ms - b.at_ms || a.seq - b.seq;

function row(line) {
  const spoken = SPOKEN.has(line.who);
  const text = line.who === "bot" || line.who === "caller" ? words(line.text) : line.text;
  const shown = text || (line.who === "bot" ? "(not kept)" : "");
  const item = el("li", { class: spoken ? line.who : `aside ${line.who}` },
    el("time", { text: seconds(line.at_ms), title: line.prompt }),
    el("span", { class: "by", text: NAMES[line.who] || line.who }),
    el("span", { class: "words", text: shown },
      line.note && el("span", { class: "note", text: line.note })));
  item.dataset.seq = line.seq;
  return item;
}

function insert(line) {
  const list = view.querySelector(".lines");
  const atEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 120;
  const item = row(line);
  item.classList.add("new");
  const next = sorted().find((other) => before(line, other) < 0);
  const place = next && list.querySelector(`[data-seq="${next.seq}"]`);
  if (place) place.before(item); else list.append(item);
  if (atEnd) view.scrollTop = view.scrollHeight;
}
