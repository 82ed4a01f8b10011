package org.steadygrad.exchange;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.steadygrad.exchange.graph.NeutralGraph;

/**
 * A kind of file that networks come from and go to. Formats keep no state; they take a file for one of a stranger: sizes are compared with
 * the file's before memory is taken, and whatever its bytes are, there is a network or a {@link ForeignModelException}.
 */
public interface ModelFormat {
    /** Name for people: {@code Keras}. */
    String name();

    /** How names of its files end, with the dot: the first is what is written; longer ones of one format stand before shorter. */
    List<String> suffixes();

    /**
     * Whether a file is of this format, by its beginning and its name.
     *
     * @param file its name only; isn't opened
     * @param head first bytes of the file, up to 512
     */
    boolean recognises(Path file, byte[] head);

    /**
     * Reads a network.
     *
     * @param like the network, for files that have weights alone
     * @throws ForeignModelException if it can't be had exactly, or the file is damaged; it says where and what to do
     * @throws IOException if the file can't be read
     */
    ForeignModel read(Path file, Optional<Architecture> like) throws IOException;

    /**
     * What keeps a network from being written.
     *
     * @return in words, by node; empty if it can be written
     */
    List<String> obstacles(NeutralGraph graph);

    /**
     * The network that a file of this name is to have when a network is written into it.
     *
     * @return the network itself, unless the name asks for another form of it
     * @throws ForeignModelException if the network has no such form
     */
    default NeutralGraph written(NeutralGraph graph, Path file) {
        return graph;
    }

    /**
     * Writes a network, whole or not at all; {@link #obstacles} has none.
     *
     * @param file replaced if it exists
     */
    void write(NeutralGraph graph, Path file) throws IOException;
}
