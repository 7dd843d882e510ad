package routes.redisstreams;

/** An entry and the completion of its exchange; the completion is null while no exchange runs. */
record Delivery(StreamEntry entry, StreamCompletion completion) {}
