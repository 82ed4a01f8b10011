package org.steadygrad.data.idx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchCell;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.batch.BatchBuilder;
import org.steadygrad.data.batch.ExampleSet;
import org.steadygrad.data.batch.PlannedBatches;
import org.steadygrad.data.batch.Seeds;
import org.steadygrad.data.batch.SplitSource;
import org.steadygrad.data.idx.IdxFile.ElementType;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.ImageReading;

/**
 * Labelled images; pixels are divided by 255. Read by rows: [batch, columns, rows], a row is a time step. By pixels:
 * [batch, 1, rows * columns], row after row. Flat: [batch, rows * columns]. Labels are one-hot [batch, classes]; the number
 * of classes is the largest label of the whole label file plus 1, whatever the limit; labels other than unsigned bytes are names of
 * classes. Elements other than unsigned bytes are left as they are.
 */
public final class IdxData {
    private static final long SPLIT_SALT = 0x696478L;

    private IdxData() {}

    /**
     * Reads the files.
     *
     * @param fitted null, or the classes saved with a model
     */
    public static DataSource open(DataSpec.Idx spec, int batch, long seed, DataArtifact fitted) {
        Images all = read(spec, fitted);
        IdxFile images = all.images();
        Classes classes = all.classes();
        int count = images.count();
        int held = SplitSource.validationCount(count, spec.validation());
        if (held >= count) {
            throw InvalidInputException.of(
                    spec.images(), "more than " + held + " images, which go to validation", count, "Raise data.limit.");
        }
        int[] order = Seeds.permutation(count, Seeds.at(SPLIT_SALT, seed));
        ExampleSet training =
                new Images(spec.images(), images, classes, spec.reading(), Arrays.copyOfRange(order, held, count));
        ExampleSet validation = held == 0
                ? null
                : new Images(spec.images(), images, classes, spec.reading(), Arrays.copyOfRange(order, 0, held));
        return SplitSource.of(training, validation, batch, seed, classes.artifact())
                .reading(DataFile.of("data.labels", spec.labels()), DataFile.of("data.images", spec.images()))
                .saying(notes(spec, images, classes));
    }

    /**
     * All images.
     *
     * @param count number of classes that a trained model knows, of which not all need be there
     * @param fitted the classes saved with it
     */
    public static BatchSequence whole(DataSpec.Idx spec, int batch, int count, DataArtifact fitted) {
        Images all = read(spec, fitted);
        if (all.classes().count() > count) {
            throw InvalidInputException.of(
                    spec.labels(),
                    "labels from 0 to " + (count - 1),
                    all.classes().count() - 1,
                    "The model knows no others.");
        }
        Classes known =
                new Classes(all.classes().numbers(), count, all.classes().names());
        return PlannedBatches.forValidation(
                new Images(all.name(), all.images(), known, all.reading(), all.chosen()), batch);
    }

    private static Images read(DataSpec.Idx spec, DataArtifact fitted) {
        int limit = spec.limit() == null ? Integer.MAX_VALUE : spec.limit();
        IdxFile labels = IdxFile.read(DataFile.of("data.labels", spec.labels()), 1, "labels", Integer.MAX_VALUE);
        IdxFile images = IdxFile.read(DataFile.of("data.images", spec.images()), 3, "images", limit);
        if (labels.shape()[0] != images.shape()[0]) {
            throw InvalidInputException.of(
                    spec.labels(),
                    "as many labels as there are images in " + spec.images() + ", " + images.shape()[0],
                    labels.shape()[0],
                    "Training and test files must not be mixed.");
        }
        checkFinite(images, spec.images());
        Classes classes = Classes.of(labels, spec.labels(), fitted);
        int[] all = IntStream.range(0, images.count()).toArray();
        return new Images(spec.images(), images, classes, spec.reading(), all);
    }

    private static List<String> notes(DataSpec.Idx spec, IdxFile images, Classes classes) {
        List<String> notes = new ArrayList<>();
        if (images.type() != ElementType.UNSIGNED_BYTE) {
            notes.add(spec.images()
                    + ": its elements are no unsigned bytes, so that they are left as they are, not divided by 255.");
        }
        if (!classes.names().isEmpty()) {
            notes.add(spec.labels() + ": the " + classes.count() + " different labels are the classes, in their order: "
                    + classes.names() + ".");
        }
        return notes;
    }

    private static void checkFinite(IdxFile images, String name) {
        for (int item = 0; item < images.count() && !images.type().whole(); item++) {
            for (int element = 0; element < images.itemSize(); element++) {
                double value = images.number(item, element);
                if (!(Math.abs(value) <= Float.MAX_VALUE)) {
                    throw InvalidInputException.of(
                            name + ", image " + item + ", element " + element,
                            "a number that a 32-bit float can hold",
                            value,
                            "Take the image out.");
                }
            }
        }
    }

    /**
     * The classes of labels.
     *
     * @param numbers of the class of each item
     * @param names of classes whose labels aren't their numbers; else empty
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Classes(int[] numbers, int count, List<String> names) {
        /** Unsigned bytes are numbers of classes, as in MNIST; of other types each different label is a class. */
        static Classes of(IdxFile labels, String name, DataArtifact fitted) {
            if (!labels.type().whole()) {
                throw InvalidInputException.of(name, "labels that are whole numbers", labels.type(), "");
            }
            int[] values = IntStream.range(0, labels.count())
                    .map(item -> (int) labels.number(item, 0))
                    .toArray();
            boolean numbered = fitted == null || fitted instanceof DataArtifact.None;
            if (labels.type() == ElementType.UNSIGNED_BYTE && numbered) {
                int count = 1 + Arrays.stream(values).max().orElseThrow();
                if (count < 2) {
                    throw InvalidInputException.of(name, "labels of at least 2 classes", "only the label 0", "");
                }
                return new Classes(values, count, List.of());
            }
            if (fitted instanceof DataArtifact.None) {
                throw InvalidInputException.of(
                        name,
                        "labels of unsigned bytes, as the model was trained on",
                        labels.type(),
                        "Write them so, or train again.");
            }
            List<String> names = fitted instanceof DataArtifact.Columns columns
                    ? columns.classes()
                    : Arrays.stream(values)
                            .distinct()
                            .sorted()
                            .mapToObj(String::valueOf)
                            .toList();
            if (names.size() < 2) {
                throw InvalidInputException.of(name, "labels of at least 2 classes", names, "");
            }
            int[] numbers = Arrays.stream(values)
                    .map(value -> names.indexOf(String.valueOf(value)))
                    .toArray();
            for (int item = 0; item < numbers.length; item++) {
                if (numbers[item] < 0) {
                    throw InvalidInputException.of(
                            name + ", label " + item,
                            "a class the model knows",
                            values[item],
                            "It knows " + names + ".");
                }
            }
            return new Classes(numbers, names.size(), names);
        }

        DataArtifact artifact() {
            return names.isEmpty() ? new DataArtifact.None() : new DataArtifact.Columns(List.of(), List.of(), names);
        }
    }

    /** Some of the images. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
    private record Images(String name, IdxFile images, Classes classes, ImageReading reading, int[] chosen)
            implements ExampleSet {
        @Override
        public DataDescription description() {
            int rows = images.shape()[1];
            int columns = images.shape()[2];
            return switch (reading) {
                case ROWS -> new DataDescription(InputKind.SEQUENCE, columns, TargetKind.CLASS, classes.count(), rows);
                case PIXELS ->
                    new DataDescription(InputKind.SEQUENCE, 1, TargetKind.CLASS, classes.count(), rows * columns);
                case FLAT ->
                    new DataDescription(InputKind.VECTOR, rows * columns, TargetKind.CLASS, classes.count(), 1);
            };
        }

        @Override
        public int size() {
            return chosen.length;
        }

        @Override
        public void fill(int epoch, int example, BatchBuilder.Slot slot) {
            int columns = images.shape()[2];
            int size = images.itemSize();
            for (int i = 0; i < size; i++) {
                float value = images.pixel(chosen[example], i);
                switch (reading) {
                    case ROWS -> slot.feature(i % columns, i / columns, value);
                    case PIXELS -> slot.feature(0, i, value);
                    case FLAT -> slot.feature(i, value);
                }
            }
            slot.label(classes.numbers()[chosen[example]], 1);
        }

        @Override
        public String origin(int epoch, int example, BatchCell cell) {
            String image = "image " + chosen[example] + " of " + name;
            if (cell.whole() || cell.label()) {
                return image + (cell.label() ? ", its label" : "");
            }
            int columns = images.shape()[2];
            int pixel =
                    switch (reading) {
                        case ROWS -> cell.step() * columns + cell.row();
                        case PIXELS -> cell.step();
                        case FLAT -> cell.row();
                    };
            return image + ", pixel row " + pixel / columns + ", column " + pixel % columns;
        }
    }
}
