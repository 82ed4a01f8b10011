package org.steadygrad.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.steadygrad.exchange.graph.Layout;

/** How arrays of an imported model lie, as its file says it: {@code {"axes": [["TIME"], ["BATCH"], ["FEATURES"]], "parts": 1}}. */
final class LayoutJson {
    private static final String AXES = "axes";
    private static final String PARTS = "parts";

    private LayoutJson() {}

    static void write(Layout layout, ObjectNode to) {
        ArrayNode axes = to.putArray(AXES);
        for (List<Layout.Axis> group : layout.axes()) {
            ArrayNode names = axes.addArray();
            group.forEach(axis -> names.add(axis.name()));
        }
        to.put(PARTS, layout.parts());
    }

    /** @throws IllegalArgumentException when it says no layout */
    static Layout read(JsonNode from) {
        List<List<Layout.Axis>> axes = new ArrayList<>();
        for (JsonNode group : from.path(AXES)) {
            List<Layout.Axis> names = new ArrayList<>();
            group.forEach(name -> names.add(Layout.Axis.valueOf(name.asText())));
            axes.add(names);
        }
        return new Layout(axes, from.path(PARTS).asInt(1));
    }
}
