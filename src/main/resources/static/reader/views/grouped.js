// @ts-check

/**
 * Posts of one album as one entry at the place of the first that came: with all their files in the order of their messages, and
 * the text and number of the one that has the text.
 */
export function grouped(posts) {
    const entries = new Map();
    for (const post of posts) {
        const known = entries.get(post.key);
        if (!known) {
            entries.set(post.key, {...post, members: [post]});
        } else {
            known.members.push(post);
        }
    }
    return [...entries.values()].map(entry => entry.members.length === 1 ? entry : joined(entry.members));
}

function joined(members) {
    const ordered = members.toSorted((one, other) => one.number - other.number);
    const speaker = ordered.find(member => member.text.trim()) ?? ordered[0];
    return {
        ...speaker,
        // another key than that of fewer members, so that the card is made anew
        key: `${speaker.key} #${members.length}`,
        tags: [...new Set(ordered.flatMap(member => member.tags))],
        files: ordered.flatMap(member => member.files),
    };
}
