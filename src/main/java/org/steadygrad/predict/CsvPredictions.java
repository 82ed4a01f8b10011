package org.steadygrad.predict;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.steadygrad.data.InputExamples.KeyColumn;

/** Predictions as CSV (RFC 4180, UTF-8, lines ending in LF) with a header. Numbers have all digits that tell them from others. */
final class CsvPredictions implements PredictionWriter {
    private final PredictionColumns columns;
    private final Writer text;
    private final CsvWriter csv;

    CsvPredictions(PredictionColumns columns, OutputStream out) {
        this.columns = columns;
        text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text);
        List<String> header = new ArrayList<>();
        columns.keys().stream().map(KeyColumn::name).forEach(header::add);
        if (columns.classes()) {
            header.add(columns.classColumn());
        }
        header.addAll(columns.outputColumns());
        csv.writeRecord(header);
    }

    @Override
    public void write(PredictionColumns.Row row) {
        List<String> cells = new ArrayList<>();
        row.keys().forEach(key -> cells.add(key.toString()));
        if (columns.classes()) {
            cells.add(row.best());
        }
        for (double value : row.values()) {
            cells.add(Double.isNaN(value) ? "" : Double.toString(value));
        }
        csv.writeRecord(cells);
    }

    @Override
    public void close() throws IOException {
        csv.flush();
        text.flush();
    }
}
