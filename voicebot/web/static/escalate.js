// One key: "?" asks that somebody looks at the call that is open.

import { post } from "./api.js";

export function onQuestionMark(current, tell) {
  document.addEventListener("keydown", async (event) => {
    const typing = event.target.closest?.("input, textarea, select");
    const call = current();
    if (event.key !== "?" || typing || !call || event.repeat) return;
    event.preventDefault();
    try {
      const { escalation } = await post("/api/escalations", { call });
      tell(`${escalation.owner} is to look at this call by ${new Date(escalation.due).toLocaleString()}.`);
    } catch (error) {
      tell([error.message, error.hint].filter(Boolean).join(" "));
    }
  });
}
