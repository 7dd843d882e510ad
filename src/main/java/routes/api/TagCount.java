package routes.api;

/** How many posts have a tag. */
record TagCount(String tag, long posts) {}
