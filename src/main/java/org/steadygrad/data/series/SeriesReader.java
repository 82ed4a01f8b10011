package org.steadygrad.data.series;

import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;

/** Reads series from files of one format. */
public interface SeriesReader {

    /**
     * Reads all of a file into memory.
     *
     * @param spec what the user says of the file
     * @throws org.steadygrad.check.InvalidInputException that names the file and the place, if it isn't of the format, or wants
     *     more memory than there is
     */
    SeriesSet read(DataFile file, DataSpec.Series spec);
}
