"""The SIP user agent: pjsua2 behind the `Telephone` and `Leg` ports."""
