"""The revisions, oldest first by their number. A released one never changes; a change is the next one."""
