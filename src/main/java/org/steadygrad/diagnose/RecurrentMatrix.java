package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.Check;

/**
 * A recurrent matrix, or one gate's block of it: what the state is multiplied by at every time step.
 *
 * @param layer name of the layer
 * @param direction "forward" or "backward"
 * @param gate which block: reset gate, update gate, candidate (GRU); cell input, forget gate, output gate, input gate (LSTM);
 *     state (vanilla)
 * @param units rows and columns of the block
 * @param values its singular values
 * @param spectralRadius largest magnitude of its eigenvalues: the factor by which repeated application changes the length of
 *     a vector per time in the long run
 */
public record RecurrentMatrix(
        String layer, String direction, String gate, int units, Spectrum values, double spectralRadius) {
    public RecurrentMatrix {
        Check.notNull(layer, "RecurrentMatrix", "layer");
        Check.notNull(direction, "RecurrentMatrix", "direction");
        Check.notNull(gate, "RecurrentMatrix", "gate");
        Check.notNull(values, "RecurrentMatrix", "values");
    }

    /** All recurrent matrices of a network, gate by gate. */
    static List<RecurrentMatrix> of(ComputationGraph graph) {
        List<RecurrentMatrix> found = new ArrayList<>();
        for (RecurrentPart part : RecurrentPart.of(graph)) {
            for (int gate = 0; gate < part.gates().size(); gate++) {
                INDArray block = part.recurrent(gate);
                found.add(new RecurrentMatrix(
                        part.layer(),
                        part.direction(),
                        part.gates().get(gate),
                        part.units(),
                        Spectrum.ofMatrix(block),
                        Spectrum.radius(block)));
            }
        }
        return found;
    }
}
