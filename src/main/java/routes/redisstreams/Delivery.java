package routes.redisstreams;

/** An entry together with the completion of its exchange; null while none runs. */
record Delivery(StreamEntry entry, StreamCompletion completion) {}
