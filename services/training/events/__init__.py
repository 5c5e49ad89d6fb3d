"""What has happened, aggregate by aggregate: ids, codes and counts, never a name; only ever grows."""
