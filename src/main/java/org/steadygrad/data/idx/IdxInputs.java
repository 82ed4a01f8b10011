package org.steadygrad.data.idx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import org.steadygrad.data.InputExamples;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;

/** The images of a file for a trained model, read as in training: an example per image. */
public final class IdxInputs implements InputExamples {
    private final String file;
    private final IdxFile images;
    private final DataSpec.ImageReading reading;
    private int next;

    private IdxInputs(String file, IdxFile images, DataSpec.ImageReading reading) {
        this.file = file;
        this.images = images;
        this.reading = reading;
    }

    /** @param spec how an image is read; its files don't count */
    public static IdxInputs open(DataSpec.Idx spec, DataFile file) {
        int limit = spec.limit() == null ? Integer.MAX_VALUE : spec.limit();
        return new IdxInputs(file.name(), IdxFile.read(file, 3, "images", limit), spec.reading());
    }

    @Override
    public List<KeyColumn> keys() {
        return List.of(new KeyColumn("image", true));
    }

    @Override
    public boolean hasNext() {
        return next < images.count();
    }

    @Override
    public Example next() {
        if (!hasNext()) {
            throw new NoSuchElementException("The file has no further image.");
        }
        int pixels = images.itemSize();
        int perStep =
                switch (reading) {
                    case ROWS -> images.shape()[2];
                    case PIXELS -> 1;
                    case FLAT -> pixels;
                };
        double[][] steps = new double[pixels / perStep][perStep];
        for (int i = 0; i < pixels; i++) {
            steps[i / perStep][i % perStep] = images.pixel(next, i);
        }
        List<Object> key = List.of((long) next);
        String origin = "image " + next + " of " + file;
        next++;
        return new Example(
                steps,
                new ArrayList<>(Collections.nCopies(steps.length, key)),
                Collections.nCopies(steps.length, origin));
    }

    @Override
    public void close() {
        // all is in memory
    }
}
