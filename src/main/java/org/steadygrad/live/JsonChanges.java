package org.steadygrad.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * What has changed from one JSON value to the next: {@code [value]} for one that is replaced as a whole, {@code {"m": changes}} for an
 * object or array with changes by member or index, new ones included; an array's has its length {@code n} too.
 */
final class JsonChanges {
    private JsonChanges() {}

    /** Empty when nothing has changed. */
    @SuppressWarnings("ReferenceEquality") // what is the same node needn't be compared
    static Optional<JsonNode> between(JsonNode old, JsonNode now) {
        if (old == now) {
            return Optional.empty();
        }
        if (old.isObject() && now.isObject() && keepsMembers(old, now)) {
            return members(old, now);
        }
        if (old.isArray() && now.isArray()) {
            return elements(old, now);
        }
        return old.equals(now) ? Optional.empty() : Optional.of(replaced(now));
    }

    private static ArrayNode replaced(JsonNode value) {
        return JsonNodeFactory.instance.arrayNode(1).add(value);
    }

    private static boolean keepsMembers(JsonNode old, JsonNode now) {
        for (Iterator<String> names = old.fieldNames(); names.hasNext(); ) {
            if (!now.has(names.next())) {
                return false;
            }
        }
        return true;
    }

    private static Optional<JsonNode> members(JsonNode old, JsonNode now) {
        ObjectNode changes = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> member : now.properties()) {
            JsonNode before = old.get(member.getKey());
            Optional<JsonNode> change =
                    before == null ? Optional.of(replaced(member.getValue())) : between(before, member.getValue());
            change.ifPresent(c -> changes.set(member.getKey(), c));
        }
        return changes.isEmpty() ? Optional.empty() : Optional.of(of(changes));
    }

    private static Optional<JsonNode> elements(JsonNode old, JsonNode now) {
        ObjectNode changes = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < now.size(); i++) {
            JsonNode element = now.get(i);
            Optional<JsonNode> change = i < old.size() ? between(old.get(i), element) : Optional.of(replaced(element));
            if (change.isPresent()) {
                changes.set(Integer.toString(i), change.get());
            }
        }
        if (changes.isEmpty() && old.size() == now.size()) {
            return Optional.empty();
        }
        boolean plain = now.isEmpty() || now.get(0).isValueNode();
        return Optional.of(
                plain && changes.size() > now.size() / 2
                        ? replaced(now)
                        : of(changes).put("n", now.size()));
    }

    private static ObjectNode of(ObjectNode changes) {
        ObjectNode change = JsonNodeFactory.instance.objectNode();
        change.set("m", changes);
        return change;
    }
}
