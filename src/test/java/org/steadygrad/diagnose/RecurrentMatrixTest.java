package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class RecurrentMatrixTest {
    /** Puts a known matrix in each gate's place: the identity times 1, 2, 3, ..., with one corner of its own. */
    private static void fill(INDArray recurrent) {
        int units = (int) recurrent.size(0);
        for (int gate = 0; gate < recurrent.size(1) / units; gate++) {
            INDArray block = Nd4j.eye(units).mul(gate + 1);
            block.putScalar(0, 0, 10.0 * (gate + 1));
            recurrent
                    .get(NDArrayIndex.all(), NDArrayIndex.interval((long) gate * units, (gate + 1L) * units))
                    .assign(block);
        }
    }

    private static void check(List<RecurrentMatrix> found, String layer, String direction, String... gates) {
        List<RecurrentMatrix> own = found.stream()
                .filter(m -> m.layer().equals(layer) && m.direction().equals(direction))
                .toList();
        assertEquals(List.of(gates), own.stream().map(RecurrentMatrix::gate).toList());
        for (int i = 0; i < own.size(); i++) {
            RecurrentMatrix matrix = own.get(i);
            assertEquals(10.0 * (i + 1), matrix.values().largest(), 1e-5);
            assertEquals(i + 1, matrix.values().median(), 1e-5);
            assertEquals(i + 1, matrix.values().smallest(), 1e-5);
            assertEquals(10.0 * (i + 1), matrix.spectralRadius(), 1e-4);
        }
    }

    @Test
    void everyGateHasItsOwnSpectrum() {
        Subjects subject = Subjects.of(
                Subjects.RECURRENT,
                "model.layers=[gru: {units: 7}, lstm: {units: 5, direction: concat}, rnn: {units: 3}, pool: last]");
        for (String layer : List.of("gru1", "rnn3")) {
            fill(subject.model().getLayer(layer).getParam("RW"));
        }
        fill(subject.model().getLayer("lstm2").getParam("fRW"));
        fill(subject.model().getLayer("lstm2").getParam("bRW"));
        List<RecurrentMatrix> found = RecurrentMatrix.of(subject.model());
        assertEquals(3 + 8 + 1, found.size());
        String[] lstm = {"cell input", "forget gate", "output gate", "input gate"};
        check(found, "gru1", "forward", "reset gate", "update gate", "candidate");
        check(found, "lstm2", "forward", lstm);
        check(found, "lstm2", "backward", lstm);
        check(found, "rnn3", "forward", "state");
    }
}
