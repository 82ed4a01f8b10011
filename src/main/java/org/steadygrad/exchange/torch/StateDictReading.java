package org.steadygrad.exchange.torch;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ReadReport;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.NeutralGraph;

/** What both kinds of files of state dicts have in common. */
final class StateDictReading {
    /** Reads a file's content, given where to tell of it. */
    @FunctionalInterface
    interface Content<T> {
        T read() throws java.io.IOException;
    }

    private StateDictReading() {}

    /**
     * The network with the file's weights.
     *
     * @param ordered whether the arrays stand in the model's order
     */
    static ForeignModel model(
            Path file,
            Map<String, StoredArray> saved,
            boolean ordered,
            Optional<Architecture> like,
            String format,
            ReadReport report) {
        Architecture architecture = like.orElseThrow(
                () -> new ForeignModelException(
                        file
                                + ": expected a run file or another model beside it, since a state dict holds weights and no layers. Give one with --like."));
        String who = file.toString();
        NeutralGraph graph = StateDictLoading.load(StateDict.of(saved, who), ordered, architecture, who, report);
        return new ForeignModel(graph, format, report);
    }

    /** Runs what reads; whatever is the matter with the file becomes one kind of error. */
    static <T> T foreign(Content<T> content) throws java.io.IOException {
        try {
            return content.read();
        } catch (ForeignModelException e) {
            throw e;
        } catch (InvalidInputException e) {
            throw new ForeignModelException(e.getMessage(), e);
        } catch (java.io.EOFException e) {
            throw new ForeignModelException("The file is damaged: " + e.getMessage() + ".", e);
        }
    }
}
