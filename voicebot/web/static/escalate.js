// One key: "?" asks that somebody looks at the call or the customer that is open.

import { post } from "./api.js";
import { fullTime } from "./format.js";

// `current` gives {call} or {customer}, or nothing; `tell` says what came of it.
export async function escalate(current, tell) {
  const what = current();
  if (!what) return;
  const named = what.call ? "call" : "customer";
  try {
    const { escalation } = await post("/api/escalations", what);
    tell(`${escalation.owner} is to look at this ${named} by ${fullTime(escalation.due)}.`, "on");
  } catch (error) {
    tell([error.message, error.hint].filter(Boolean).join(" "), "off");
  }
}

export function onQuestionMark(current, tell) {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select");
    if (event.key !== "?" || typing || !current() || event.repeat) return;
    event.preventDefault();
    escalate(current, tell);
  });
}
