// One customer: who, tags, and all their calls. Named by id or number.

import { get } from "./api.js";
import { el, fullTime } from "./format.js";
import { item } from "./list.js";

const view = document.getElementById("detail");
let open = "";

export const openCustomer = () => open;
export const address = (key) => `#/customer/${encodeURIComponent(key)}`;

export function clear() {
  open = "";
}

// `ask` opens an escalation, as the key does.
export async function show(key, ask) {
  open = key;
  const body = await get(`/api/customers/${encodeURIComponent(key)}`);
  if (open === key) view.replaceChildren(...drawn(key, body, ask));
}

function drawn(key, { customer, tags, calls }, ask) {
  const button = el("button", { type: "button", text: "Ask that somebody looks (?)" });
  button.addEventListener("click", ask);
  const list = el("ul", { class: "list timeline" });
  list.append(...calls.map(item));
  return [
    el("a", { class: "back", href: "#/", text: "‹ All calls" }),
    head(key, customer, tags),
    el("p", { class: "asking" }, button),
    el("h2", { text: calls.length ? "Calls, the youngest first" : "No calls yet" }),
    list,
  ];
}

function head(key, customer, tags) {
  const known = customer || { numbers: [], attributes: {} };
  const facts = [
    ["Id", known.id], ["Numbers", (known.numbers || []).join(", ")], ["Language", known.language],
    ["Looked after by", known.agent], ["Notes", known.notes], ["Tags", tagged(tags)],
    ...Object.entries(known.attributes || {}).map(([name, value]) => [name, String(value ?? "")]),
  ];
  return el("header", {},
    el("div", { class: "title" }, el("h2", { text: known.name || key }),
      known.vip && el("span", { class: "badge vip", text: "VIP" }),
      !known.id && el("span", { class: "badge", text: "Not a known customer" })),
    el("dl", { class: "facts" }, ...facts.filter(([, value]) => value).map(([name, value]) =>
      el("div", {}, el("dt", { text: name }), el("dd", { text: value })))));
}

const tagged = (tags) => tags.map((tag) => `${tag.tag} (${fullTime(tag.time)})`).join(", ");
