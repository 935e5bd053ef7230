"""What would a county send, if we knew who is who? Made-up deliveries for any declared feed, with the truth apart."""

from pipeline.synthetic.county import FeedSummary, SynthesisSummary, project, synthesize

__all__ = ["FeedSummary", "SynthesisSummary", "project", "synthesize"]
