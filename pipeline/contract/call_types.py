"""Which calls for service are behavioral-health crises? What dispatch systems of many cities call them."""

CRISIS_NATURE = (
    r"(?<![A-Z])MENTAL|PSYCH|SUICID|CRISIS|BEHAVIORAL HEALTH|EMOTIONALLY DISTURBED|\bEDP\b|SELF[ -]HARM"
    r"|INVOLUNTARY COMMIT|\bM-?1 HOLD|BRIDGE JUMP"
)
"""What makes a nature of a call a behavioral-health crisis. Of 3,227 call types of five cities it finds 46 of the 54
that their readers put under "Behavioral Health"; the others are medical emergencies (decision 0034). Source: Vera
Institute of Justice and Two Sigma Data Clinic, call types with categories."""
