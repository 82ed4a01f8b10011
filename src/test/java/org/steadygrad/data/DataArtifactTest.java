package org.steadygrad.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataArtifact.None;

class DataArtifactTest {
    private final ObjectMapper mapper = new ObjectMapper();

    @Test
    void everyKindGoesThroughJsonUnchanged() throws JsonProcessingException {
        List<DataArtifact> artifacts = List.of(
                new None(),
                new DataArtifact.Vocabulary(List.of("\n", "\u0001", "\"", "a", "\u2028", "\uD83D\uDE00")),
                new Columns(
                        List.of(new Column("a, \"b\"", 0.1, 1e-200, -1.7e308)),
                        List.of(new Column("y", 1 / 3.0, Double.MIN_VALUE, 0, true)),
                        List.of("u", "v")));
        for (DataArtifact artifact : artifacts) {
            String json = mapper.writerFor(DataArtifact.class).writeValueAsString(artifact);
            assertTrue(json.contains("\"kind\""), json);
            assertEquals(artifact, mapper.readValue(json, DataArtifact.class));
        }
    }

    @Test
    void aFileCannotNameAClass() {
        String json = "{\"kind\":\"java.util.ArrayList\"}";
        assertThrows(JsonProcessingException.class, () -> mapper.readValue(json, DataArtifact.class));
    }

    /** As models had it that were saved before there were logarithms. */
    @Test
    void columnsWithoutAWordOnLogarithms() throws JsonProcessingException {
        String json = "{\"kind\":\"columns\",\"inputs\":[{\"name\":\"a\",\"shift\":1.0,\"scale\":2.0,\"mean\":3.0}],"
                + "\"targets\":[],\"classes\":[]}";
        assertEquals(
                new Columns(List.of(new Column("a", 1, 2, 3)), List.of(), List.of()),
                mapper.readValue(json, DataArtifact.class));
    }
}
