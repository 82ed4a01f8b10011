package org.steadygrad.data.pianoroll;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Reason;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.KeyNumbers;

/**
 * Reads piano rolls: an object whose lists {@code train}, {@code valid} and {@code test} hold sequences, a sequence being a
 * list of steps, a step a list of key numbers. Other entries of the object are passed over. The file is read token by
 * token; every error names line and column.
 */
final class PianoRollFile {
    private static final int MIDI_NUMBERS = 128;

    private final DataFile file;
    private final DataSpec.PianoRoll spec;
    private final JsonParser parser;
    private List<int[][]> train;
    private List<int[][]> valid = List.of();
    private List<int[][]> test = List.of();

    private final BitSet seen = new BitSet();

    private PianoRollFile(DataFile file, DataSpec.PianoRoll spec, JsonParser parser) {
        this.file = file;
        this.spec = spec;
        this.parser = parser;
    }

    /**
     * Sequences of all splits, with keys counted from 0.
     *
     * @param valid empty when the file has none
     * @param test empty when the file has none
     * @param least least number of a key in the file, as the file counts; -1 if no key sounds
     * @param largest largest one
     */
    record Rolls(List<int[][]> train, List<int[][]> valid, List<int[][]> test, int least, int largest) {}

    static Rolls read(DataFile file, DataSpec.PianoRoll spec) {
        try (InputStream in = file.open();
                JsonParser parser = new JsonFactory().createParser(in)) {
            PianoRollFile reader = new PianoRollFile(file, spec, parser);
            reader.readAll();
            return new Rolls(
                    reader.train, reader.valid, reader.test, reader.seen.nextSetBit(0), reader.seen.length() - 1);
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null
                    ? ""
                    : ", line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new InvalidInputException(file.name() + place + ": expected JSON, got: " + Reason.of(e) + ".", e);
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }

    private void readAll() throws IOException {
        expect(parser.nextToken(), JsonToken.START_OBJECT, "an object with the lists train, valid and test");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "train" -> train = split(field, value);
                case "valid" -> valid = split(field, value);
                case "test" -> test = split(field, value);
                default -> parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw wrong("nothing after the object");
        }
        if (train == null || train.isEmpty()) {
            throw InvalidInputException.of(
                    file.name(),
                    "a list named train with at least one sequence",
                    train == null ? null : "no sequence",
                    "");
        }
    }

    private List<int[][]> split(String name, JsonToken start) throws IOException {
        expect(start, JsonToken.START_ARRAY, name + " to be a list of sequences");
        List<int[][]> sequences = new ArrayList<>();
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
            expect(t, JsonToken.START_ARRAY, name + "[" + sequences.size() + "] to be a list of steps");
            sequences.add(sequence(name + "[" + sequences.size() + "]"));
        }
        return sequences;
    }

    private int[][] sequence(String name) throws IOException {
        List<int[]> steps = new ArrayList<>();
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
            expect(t, JsonToken.START_ARRAY, name + "[" + steps.size() + "] to be a list of keys");
            steps.add(step(name + "[" + steps.size() + "]"));
        }
        if (steps.size() < 2) {
            throw wrong(name + " to have at least 2 steps (it has " + steps.size() + "), so that one follows another");
        }
        return steps.toArray(int[][]::new);
    }

    private int[] step(String name) throws IOException {
        BitSet sounding = new BitSet();
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
            boolean number = t == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() == JsonParser.NumberType.INT;
            if (!number
                    || parser.getIntValue() < spec.lowest()
                    || parser.getIntValue() - spec.lowest() >= spec.keys()) {
                throw wrongKey(name, number ? parser.getIntValue() : -1);
            }
            seen.set(parser.getIntValue());
            sounding.set(parser.getIntValue() - spec.lowest());
        }
        return sounding.stream().toArray();
    }

    private InvalidInputException wrongKey(String name, int number) throws IOException {
        int last = spec.lowest() + spec.keys() - 1;
        boolean midi = spec.numbering() == KeyNumbers.MIDI;
        String range = midi
                ? "MIDI numbers from " + spec.lowest() + " (data.firstKey) to " + last
                        + " (data.firstKey + data.keys - 1)"
                : "key numbers from 0 to " + last + " (data.keys - 1)";
        String remedy = "";
        if (!midi && number > last && number < MIDI_NUMBERS) {
            remedy = "If the file holds MIDI numbers, set data.numbering to midi.";
        } else if (midi && number >= 0 && number < spec.lowest()) {
            remedy =
                    "If the file counts its keys from 0, set data.numbering to fromZero; for deeper keys lower data.firstKey.";
        }
        return wrong(name + " to hold " + range, remedy);
    }

    private void expect(JsonToken token, JsonToken expected, String words) throws IOException {
        if (token != expected) {
            throw wrong(words);
        }
    }

    private InvalidInputException wrong(String expected) throws IOException {
        return wrong(expected, "");
    }

    private InvalidInputException wrong(String expected, String remedy) throws IOException {
        String got = parser.currentToken() == null ? "the end of the file" : parser.getText();
        String place = "%s, line %d, column %d"
                .formatted(
                        file.name(),
                        parser.currentTokenLocation().getLineNr(),
                        parser.currentTokenLocation().getColumnNr());
        return InvalidInputException.of(place, expected, got, remedy);
    }

    /** Longest sequence in steps. */
    static int longest(Rolls rolls) {
        return Stream.concat(rolls.train().stream(), rolls.valid().stream())
                .mapToInt(s -> s.length)
                .max()
                .orElseThrow();
    }
}
