package org.steadygrad.data.idx;

import java.util.Arrays;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchCell;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.batch.BatchBuilder;
import org.steadygrad.data.batch.ExampleSet;
import org.steadygrad.data.batch.Seeds;
import org.steadygrad.data.batch.SplitSource;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.ImageReading;

/**
 * Labelled images; pixels are divided by 255. Read by rows: [batch, columns, rows], a row is a time step. By pixels:
 * [batch, 1, rows * columns], row after row. Flat: [batch, rows * columns]. Labels are one-hot [batch, classes]; the number
 * of classes is the largest label of the whole label file plus 1, whatever the limit.
 */
public final class IdxData {
    private static final long SPLIT_SALT = 0x696478L;

    private IdxData() {}

    public static DataSource open(DataSpec.Idx spec, int batch, long seed) {
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
        int classes = 1
                + Arrays.stream(labels.items())
                        .mapToInt(item -> item[0] & 0xFF)
                        .max()
                        .orElseThrow();
        if (classes < 2) {
            throw InvalidInputException.of(spec.labels(), "labels of at least 2 classes", "only the label 0", "");
        }
        int count = images.items().length;
        int held = SplitSource.validationCount(count, spec.validation());
        if (held >= count) {
            throw InvalidInputException.of(
                    spec.images(), "more than " + held + " images, which go to validation", count, "Raise data.limit.");
        }
        int[] order = Seeds.permutation(count, Seeds.at(SPLIT_SALT, seed));
        ExampleSet training = new Images(
                spec.images(), images, labels, spec.reading(), classes, Arrays.copyOfRange(order, held, count));
        ExampleSet validation = held == 0
                ? null
                : new Images(
                        spec.images(), images, labels, spec.reading(), classes, Arrays.copyOfRange(order, 0, held));
        return SplitSource.of(training, validation, batch, seed, new DataArtifact.None())
                .reading(DataFile.of("data.labels", spec.labels()), DataFile.of("data.images", spec.images()));
    }

    /** Some of the images. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
    private record Images(String name, IdxFile images, IdxFile labels, ImageReading reading, int classes, int[] chosen)
            implements ExampleSet {
        @Override
        public DataDescription description() {
            int rows = images.shape()[1];
            int columns = images.shape()[2];
            return switch (reading) {
                case ROWS -> new DataDescription(InputKind.SEQUENCE, columns, TargetKind.CLASS, classes, rows);
                case PIXELS -> new DataDescription(InputKind.SEQUENCE, 1, TargetKind.CLASS, classes, rows * columns);
                case FLAT -> new DataDescription(InputKind.VECTOR, rows * columns, TargetKind.CLASS, classes, 1);
            };
        }

        @Override
        public int size() {
            return chosen.length;
        }

        @Override
        public void fill(int epoch, int example, BatchBuilder.Slot slot) {
            byte[] pixels = images.items()[chosen[example]];
            int columns = images.shape()[2];
            for (int i = 0; i < pixels.length; i++) {
                float value = (pixels[i] & 0xFF) / 255f;
                switch (reading) {
                    case ROWS -> slot.feature(i % columns, i / columns, value);
                    case PIXELS -> slot.feature(0, i, value);
                    case FLAT -> slot.feature(i, value);
                }
            }
            slot.label(labels.items()[chosen[example]][0] & 0xFF, 1);
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
