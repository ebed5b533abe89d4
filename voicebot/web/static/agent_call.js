// The call that an agent is offered, has, or had just now: who, why, how long, what was tried.

import { post } from "./api.js";
import { clock, el, length, words } from "./format.js";

const view = document.getElementById("call");
const desk = document.getElementById("disposition");
const SPEAKERS = { bot: "Bot", caller: "Caller", keys: "Keys" };
const HAS_CALL = new Set(["busy", "hold", "wrap_up"]);
let open = null;

const fact = (name, value) => value || value === 0
  ? el("div", {}, el("dt", { text: name }), el("dd", { text: value })) : null;
const facts = (...rows) => el("dl", { class: "facts" }, ...rows);

function part(title, ...children) {
  const kept = children.filter(Boolean);
  return kept.length ? el("section", { class: "part" }, el("h3", { text: title }), ...kept) : null;
}

const chips = (list, kind = "") => list.length
  ? el("ul", { class: `chips ${kind}` }, ...list.map((text) => el("li", { text }))) : null;

function head(call) {
  const customer = call.who.customer || {};
  const vip = customer.vip ? ["VIP"] : [];
  return el("header", {},
    el("div", { class: "title" },
      el("h2", { text: call.who.name || call.who.number || "Unknown caller" }),
      call.why.intent && el("span", { class: "intent", text: sure(call.why) })),
    facts(fact("Number", call.who.name ? call.who.number : ""), fact("Language", call.who.language),
      fact("Queue", call.how_long.queue), el("div", {}, el("dt", { text: "Waited" }), el("dd", { id: "waited" })),
      fact("Called", call.how_long.called)),
    chips([...vip, ...(customer.tags || []), ...call.tags], "tags"));
}

const sure = (why) => why.confidence == null ? why.intent : `${why.intent} · ${Math.round(why.confidence * 100)} %`;

function pop(call) {
  if (!call.screen_pop.startsWith("https://")) return null;
  return el("p", {}, el("a", { class: "pop", href: call.screen_pop, target: "_blank", rel: "noopener noreferrer", text: "Open in the customer system ↗" }));
}

function why(call) {
  const rows = Object.entries(call.why.summary);
  const told = rows.length ? rows : Object.entries(call.why.slots);
  const masked = call.why.masked.length ? `Not shown: ${call.why.masked.join(", ")}.` : "";
  return part("What it is about", told.length ? facts(...told.map(([name, value]) => fact(name, value))) : null,
    masked ? el("p", { class: "soft", text: masked }) : null);
}

function turns(call) {
  if (!call.turns.length) return null;
  return part("Said last", el("ol", { class: "lines", lang: call.who.language || null },
    ...call.turns.map((turn) => el("li", { class: turn.who },
      el("time", { text: (turn.at_ms / 1000).toFixed(1) }),
      el("span", { class: "by", text: SPEAKERS[turn.who] || turn.who }),
      el("span", { class: "words", text: words(turn.text) })))));
}

function tried(call) {
  const { tried: was } = call;
  return part("What was tried",
    was.path.length ? el("ol", { class: "path", "aria-label": "Way through the flow" },
      ...was.path.map((node) => el("li", { text: node }))) : null,
    facts(fact("Not understood", was.no_matches || ""), fact("Silent", was.no_inputs || ""),
      fact("Answers given", was.answers.join(", ")), fact("Failed", was.failures.join(", ")),
      fact("Offered to", was.offers.filter((offer) => offer.outcome && offer.outcome !== "answered")
        .map((offer) => `${offer.to} (${offer.outcome})`).join(", "))));
}

function earlier(call) {
  if (!call.earlier.length) return null;
  return part("Earlier calls", el("ul", { class: "earlier" }, ...call.earlier.map((one) => el("li", {},
    el("time", { text: clock(one.started) }),
    el("span", { text: [one.intents.join(", "), one.agent && `with ${one.agent}`, one.outcome].filter(Boolean).join(" · ") })))));
}

function disposition(call, codes) {
  if (!codes.length) return null;
  const answer = el("p", { class: "soft", role: "status" });
  const select = el("select", { id: "code", required: "" }, el("option", { value: "", text: "Choose …" }),
    ...codes.map((code) => el("option", { value: code, text: code.replaceAll("_", " ") })));
  const note = el("textarea", { id: "note", rows: "2", maxlength: "2000" });
  const form = el("form", { class: "disposition" },
    el("label", { for: "code", text: "Outcome" }), select,
    el("label", { for: "note", text: "Note" }), note,
    el("p", { class: "pair" }, el("button", { type: "submit", text: "Save" }), escalate(call, note, answer)), answer);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const agent = new URLSearchParams(location.search).get("agent");
    const body = { code: select.value, note: note.value, ...(agent ? { agent } : {}) };
    try {
      await post(`/api/calls/${encodeURIComponent(call.call)}/disposition`, body);
      answer.textContent = "Saved.";
    } catch (error) {
      answer.textContent = error.message;
    }
  });
  return part("What became of it", form);
}

// The one key "?": somebody is to look at this call; the note says why.
function escalate(call, note, answer) {
  const button = el("button", { type: "button", "aria-keyshortcuts": "?", title: "Somebody is to look at this call; the note says why", text: "? Escalate" });
  button.dataset.key = "?";
  button.addEventListener("click", async () => {
    try {
      await post("/api/escalations", { call: call.call, note: note.value });
      answer.textContent = "Somebody will look at it.";
    } catch (error) {
      answer.textContent = error.message;
    }
  });
  return button;
}

function draw(call, codes) {
  // What is being written stays: only what is told of the call is drawn anew.
  const kept = open?.form && open.id === call.call ? open.form : disposition(call, codes);
  const notes = call.who.customer?.notes;
  const told = [head(call), pop(call), why(call), notes ? part("Notes", el("p", { text: notes })) : null,
    turns(call), tried(call), earlier(call)].filter(Boolean);
  const had = view.querySelector(".told");
  const box = el("div", { class: "told" }, ...told);
  if (had) had.replaceWith(box); else view.replaceChildren(box);
  if (kept !== open?.form) desk.replaceChildren(...(kept ? [kept] : []));
  open = { id: call.call, call, form: kept };
}

export function show(call, agent, codes) {
  if (!call) {
    open = null;
    desk.replaceChildren();
    view.replaceChildren(el("div", { class: "welcome" }, el("p", { text: "No call just now." }),
      el("p", { text: "Who calls, and why, stands here before you answer." })));
    return;
  }
  const rings = ["reserved", "ringing"].includes(agent.state);
  view.classList.toggle("rings", rings);
  draw(call, codes);
  turn(agent);
  tick();
}

export function turn(agent) {
  if (open?.form) open.form.hidden = !HAS_CALL.has(agent.state);
}

export function tick() {
  const cell = document.getElementById("waited");
  if (!cell || !open) return;
  const { how_long: time } = open.call;
  open.at ??= Date.now();
  const more = time.agent || time.ended ? 0 : Date.now() - open.at;
  cell.textContent = length(time.wait_ms + more);
}
