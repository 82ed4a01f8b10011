package org.steadygrad.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the page makes of changes is what they were taken from. */
class JsonChangesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static JsonNode read(String json) throws IOException {
        return JSON.readTree(json.replace('\'', '"'));
    }

    private static String change(String old, String now) throws IOException {
        return JsonChanges.between(read(old), read(now))
                .map(change -> change.toString().replace('"', '\''))
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':1,'b':[1,2,3]} | {'a':1,'b':[1,2,3]} | ``",
                "{'a':1,'b':2}       | {'a':1,'b':null}    | {'m':{'b':[null]}}",
                "{'a':null}          | {'a':{'x':1}}       | {'m':{'a':[{'x':1}]}}",
                "{'a':{'b':{'c':1}}} | {'a':{'b':{'c':2}}} | {'m':{'a':{'m':{'b':{'m':{'c':[2]}}}}}}",
                "{}                  | {'a':[]}            | {'m':{'a':[[]]}}",
                "{'a':1,'b':2}       | {'a':1}             | [{'a':1}]",
                "[1,2,3,4]           | [1,2,3,5,6]         | {'m':{'3':[5],'4':[6]},'n':5}",
                "[1,2,3]             | [1]                 | {'m':{},'n':1}",
                "[1,2,3]             | [4,5,6]             | [[4,5,6]]",
                "[[1,2],[3,4]]       | [[1,2,5],[3,4,6]]   |"
                        + " {'m':{'0':{'m':{'2':[5]},'n':3},'1':{'m':{'2':[6]},'n':3}},'n':2}",
                "[[1]]               | {'a':1}             | [{'a':1}]",
            })
    void changesSayNoMoreThanIsNeeded(String old, String now, String change) throws IOException {
        assertEquals(change, change(old, now));
    }

    /** @param seed of a chain of random values, each made from the one before */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 17, 33})
    void pageFollowsAnyChange(int seed) throws IOException {
        Random random = new Random(seed);
        JsonNode now = object(random, 3);
        try (PageScript page = new PageScript()) {
            assertEquals(now, page.told("view", now));
            for (int i = 0; i < 60; i++) {
                JsonNode next = changed(now, random, 3);
                Optional<JsonNode> change = JsonChanges.between(now, next);
                assertEquals(now.equals(next), change.isEmpty());
                if (change.isPresent()) {
                    assertEquals(next, page.told("change", change.get()));
                }
                now = next;
            }
        }
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < 4; i++) {
            object.set("k" + random.nextInt(6), value(random, depth - 1));
        }
        return object;
    }

    private static JsonNode value(Random random, int depth) {
        int kind = random.nextInt(depth > 0 ? 5 : 3);
        if (kind == 4) {
            return object(random, depth);
        }
        if (kind == 3) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            for (int i = random.nextInt(6); i > 0; i--) {
                array.add(value(random, depth - 1));
            }
            return array;
        }
        return kind == 0
                ? JsonNodeFactory.instance.nullNode()
                : kind == 1
                        ? JsonNodeFactory.instance.numberNode(random.nextInt(9))
                        : JsonNodeFactory.instance.textNode("t\n<\"" + random.nextInt(9));
    }

    private static JsonNode changed(JsonNode old, Random random, int depth) {
        JsonNode copy = old.deepCopy();
        if (copy instanceof ObjectNode object) {
            object.set("k" + random.nextInt(6), value(random, depth - 1));
            object.fieldNames().forEachRemaining(name -> {
                if (random.nextInt(3) == 0) {
                    object.replace(name, changed(object.get(name), random, depth - 1));
                }
            });
        } else if (copy instanceof ArrayNode array && array.size() > 0) {
            switch (random.nextInt(3)) {
                case 0 -> array.remove(array.size() - 1);
                case 1 -> array.add(value(random, depth - 1));
                default -> array.set(random.nextInt(array.size()), value(random, depth - 1));
            }
        }
        return copy;
    }

    @Test
    void pageSaysHowTheRunStands() throws IOException {
        try (PageScript page = new PageScript()) {
            page.told("view", read("{'lost':0}"));
            assertEquals("Live", page.note());
            page.told("change", read("{'m':{'lost':[17]}}"));
            assertTrue(page.note().contains("17 rows"), page.note());
            page.told("end", read("{}"));
            assertTrue(page.note().startsWith("The run has ended."), page.note());
            assertTrue(page.closed());
        }
    }
}
