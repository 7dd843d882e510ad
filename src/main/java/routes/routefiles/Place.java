package routes.routefiles;

import org.snakeyaml.engine.v2.exceptions.Mark;

/** A position in a file: line and column from 1; 0 for the file as a whole. */
record Place(String file, int line, int column) {

    static Place whole(String file) {
        return new Place(file, 0, 0);
    }

    static Place of(String file, Mark mark) {
        return new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
    }
}
