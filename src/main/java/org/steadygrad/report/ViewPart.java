package org.steadygrad.report;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A part of a view. Its JSON is made anew only after something came, and from the same nodes wherever it says the same: a live page
 * compares what it told with what it could tell now, many times while a run goes on.
 *
 * @param <J> what its JSON is
 */
abstract class ViewPart<J extends JsonNode> {
    private J json;

    /** Something came. */
    final void changed() {
        json = null;
    }

    /** As pages take it; not to be modified. */
    final J json() {
        if (json == null) {
            json = make();
        }
        return json;
    }

    /** The JSON of all that came so far. */
    abstract J make();
}
