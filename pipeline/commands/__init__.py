"""The groups of commands under `outreach`: one file per group, each with the `app` that `pipeline.cli` mounts."""
