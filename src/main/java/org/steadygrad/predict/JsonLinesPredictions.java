package org.steadygrad.predict;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Predictions as JSON lines: an object a row, with the keys, the most probable class and {@code probabilities} by name, or each number
 * by its column's name.
 */
final class JsonLinesPredictions implements PredictionWriter {
    private final PredictionColumns columns;
    private final JsonGenerator json;

    JsonLinesPredictions(PredictionColumns columns, OutputStream out) throws IOException {
        this.columns = columns;
        json = new JsonFactory()
                .createGenerator(out)
                .configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false)
                .setRootValueSeparator(null);
    }

    @Override
    public void write(PredictionColumns.Row row) throws IOException {
        json.writeStartObject();
        for (int i = 0; i < columns.keys().size(); i++) {
            json.writeFieldName(columns.keys().get(i).name());
            if (row.keys().get(i) instanceof Long number) {
                json.writeNumber(number);
            } else {
                json.writeString((String) row.keys().get(i));
            }
        }
        if (columns.classes()) {
            json.writeStringField(columns.classColumn(), row.best());
        }
        if (columns.probabilities()) {
            json.writeObjectFieldStart("probabilities");
        }
        for (int i = 0; i < row.values().length; i++) {
            String name = columns.probabilities()
                    ? columns.outputs().get(i)
                    : columns.outputColumns().get(i);
            json.writeFieldName(name);
            if (Double.isNaN(row.values()[i])) {
                json.writeNull();
            } else {
                json.writeNumber(row.values()[i]);
            }
        }
        if (columns.probabilities()) {
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeRaw('\n');
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
