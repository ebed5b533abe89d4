// Joins the lists, the open call and the stream of facts. The address after # names the open call.

import { listen } from "./api.js";
import * as call from "./call.js";
import { onQuestionMark } from "./escalate.js";
import * as list from "./list.js";

const SEEN = 500;
const seen = [];
const link = document.getElementById("link");
let due = 0;
let broken = false;

function say(text, state) {
  link.textContent = text;
  link.className = `link ${state}`;
}

function lost() {
  broken = true;
  say("Connection lost. Trying again …", "off");
}

function failed(error) {
  if (error.status) say(error.message, "off");
  else lost();
}

// The record of a call is written a moment after its facts.
function refreshSoon() {
  due ||= setTimeout(() => {
    due = 0;
    list.refresh().catch(failed);
  }, 400);
}

async function route() {
  const id = decodeURIComponent(location.hash.match(/^#\/call\/(.+)$/)?.[1] || "");
  document.body.classList.toggle("at-call", Boolean(id));
  list.select(id);
  if (!id) return call.clear();
  try {
    await call.show(id, seen);
    document.getElementById("detail").scrollTop = 0;
    if (matchMedia("(max-width: 820px)").matches) scrollTo(0, 0);
  } catch (error) {
    call.fail(error);
  }
}

addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !call.openCall()) return;
  const id = call.openCall();
  location.hash = "#/";
  document.querySelector(`.list a[data-call="${CSS.escape(id)}"]`)?.focus();
});

onQuestionMark(call.openCall, (text) => say(text, "on"));

list.start(failed);
setInterval(call.tick, 1000);
listen({
  open() {
    say("Connected", "on");
    refreshSoon();
    if (broken && call.openCall()) route();
    broken = false;
  },
  fact(fact) {
    seen.push(fact);
    if (seen.length > SEEN) seen.shift();
    call.take(fact);
    refreshSoon();
  },
  gap: () => { refreshSoon(); route(); },
  lost,
});
list.refresh().catch(failed);
route();
