"""What people complain of in other systems' queues, and the tests by which it does not happen here.

Each row names the tests that hold it; a test that is renamed or gone makes this one fail.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]

ROUTER = "unit/queueing/test_router.py"
POLICY = "unit/queueing/test_policy.py"
SIMULATION = "unit/queueing/test_simulation.py"
DISPATCHER = "unit/session/test_dispatcher.py"
QUEUES = "unit/store/test_store_queues.py"
STATES = "unit/store/test_store_queue_states.py"
RACES = "unit/store/test_store_queue_races.py"
SHARE = "unit/store/test_store_queue_share.py"
WAITING = "scenarios/test_waiting.py"
TALKS = "scenarios/test_talks.py"
SUPERVISORS = "scenarios/test_talk_supervisors.py"
HANGUPS = "integration/test_hotline_hangups.py"
NODES = "integration/test_hotline_nodes.py"
PHONES = "integration/test_hotline_queues.py"

COMPLAINTS: dict[str, tuple[tuple[str, str], ...]] = {
    "no agent stuck reserved or ringing, no caller stuck being offered": (
        (STATES, "test_nobody_is_lost_and_nobody_is_stuck"),
        (ROUTER, "test_every_state_can_be_reached_and_no_agent_is_stuck_in_any"),
        (DISPATCHER, "test_a_place_without_its_call_holds_no_agent"),
        (RACES, "test_who_hangs_up_while_a_phone_begins_to_ring_leaves_nobody_reserved"),
    ),
    "no stale row of an answered call hours later": (
        (QUEUES, "test_a_killed_node_s_agents_are_free_and_its_callers_keep_their_places"),
        (QUEUES, "test_a_lease_that_runs_out_frees_the_agent_and_keeps_the_place"),
        (NODES, "test_a_node_is_killed_under_its_callers"),
    ),
    "the caller hangs up in the midst of an offer: the agent's leg dies": (
        (HANGUPS, "test_while_the_agents_phone_rings"),
        (HANGUPS, "test_callers_who_leave_at_any_moment_of_an_offer"),
        (WAITING, "test_a_caller_who_hangs_up_silences_every_phone"),
    ),
    "whoever distributes dies: it heals without a reload": (
        (NODES, "test_a_node_is_killed_under_its_callers"),
        (DISPATCHER, "test_an_offer_that_breaks_leaves_the_caller_in_place_and_goes_to_the_next"),
        (SHARE, "test_while_the_database_is_away_calls_are_offered_by_what_is_known"),
    ),
    "the last agent on a break does not stop distribution": (
        (POLICY, "test_the_last_agent_on_a_break_does_not_stop_distribution"),
    ),
    "many callers at once: all are served in order, quickly": (
        (ROUTER, "test_two_hundred_wait_for_fifty_agents_and_every_release_serves_the_next"),
        (SHARE, "test_two_hundred_wait_and_twenty_come_and_are_served_a_second"),
    ),
    "a state that changes during an offer: one INVITE": (
        (ROUTER, "test_a_state_change_during_an_offer_makes_no_second_one"),
        (NODES, "test_the_database_crashes_under_waiting_ringing_and_talking_callers"),
        (PHONES, "test_an_agent_who_becomes_free_is_rung_for_the_next_caller_at_once"),
    ),
    "counters never double; fewest calls stays right": (
        (ROUTER, "test_fewest_calls_stays_right_when_a_bridge_fails_or_is_reported_twice"),
        (SHARE, "test_a_commit_of_which_nobody_knows_whether_it_was_made_is_not_made_twice"),
        (SIMULATION, "test_least_calls_spreads_them_evenly"),
    ),
    "no deadlock of locks on queues and members": (
        (RACES, "test_nodes_in_processes_of_their_own"),
        (RACES, "test_of_all_phones_that_answer_at_once_one_has_the_caller"),
    ),
    "wrap-up neither short nor reset by a transfer": (
        (ROUTER, "test_wrap_up_is_neither_short_nor_long_and_then_the_next_call_comes"),
        (ROUTER, "test_wrap_up_starts_with_the_end_of_this_contact_and_only_once"),
        (TALKS, "test_each_wrap_up_is_its_own"),
        (SIMULATION, "test_nobody_talks_to_two_callers_and_wrap_up_is_kept"),
    ),
    "an agent is free when that agent's wrap-up ends": (
        (WAITING, "test_a_wrap_up_that_is_over_rings_the_agent_for_the_next_caller"),
        (ROUTER, "test_modes_of_wrap_up"),
    ),
    "a rejection requeues, and never drops": (
        (ROUTER, "test_a_failed_offer_keeps_the_place_and_tries_somebody_else_first"),
        (QUEUES, "test_an_offer_that_comes_to_nothing"),
    ),
    "agents are never stuck in a call, however many there are": (
        (SIMULATION, "test_nobody_is_lost_and_nobody_starves"),
        (HANGUPS, "test_the_agent_hangs_up_in_the_moment_of_answering"),
        (QUEUES, "test_a_node_that_starts_anew_sets_free_what_it_held"),
    ),
    "agents who are offline never ring": ((POLICY, "test_nobody_rings_who_is_offline_or_rests"),),
    "nobody is logged out for ever": (
        (QUEUES, "test_agents_stay_as_they_were_over_a_restart"),
        (ROUTER, "test_unanswered_offers_pause_the_agent_and_not_for_ever"),
    ),
    "transfers have explicit states, callbacks keep the place": (
        (TALKS, "test_attended_with_a_briefing"),
        (SUPERVISORS, "test_a_supervisor_takes_over"),
        (QUEUES, "test_a_callback_keeps_the_place_and_any_node_may_call"),
        (QUEUES, "test_who_rings_before_the_callback_has_the_place"),
    ),
}


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_each_complaint_has_its_tests(complaint: str) -> None:
    missing = [name for file, name in COMPLAINTS[complaint] if name not in names_in(file)]
    assert missing == []
