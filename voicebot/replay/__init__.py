"""A recorded call through today's code, and what differs.

journal, recording ─▶ RecordedCall ─┬─ caller's channel, keys ─▶ the call session in virtual time
                                    ├─ answers, queues, people, clock ─▶ as they were
                                    └─ facts then ┐
                                       facts now ─┴▶ turns ─▶ aligned ─▶ text, JSON, page
"""
