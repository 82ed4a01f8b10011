package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** An engine is used by one thread at a time, which needn't be the one that made it, nor always the same. */
public interface ThreadsContract extends EngineSubject {
    private static <T> T onItsOwnThread(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "another");
        thread.start();
        return task.get();
    }

    private static MultiDataSet longer() {
        ContractData data = new ContractData(51);
        return ContractData.batch(data.normal(9, 3, 17), data.oneHot(9, 3));
    }

    /** Shapes that this thread compiled run on others, and those that others compiled run here. */
    @Test
    default void everyStepMayRunOnAThreadOfItsOwn() throws Exception {
        ContractCase test = SnapshotContract.manySided();
        MultiDataSet longer = longer();
        try (Engine settled = engine(test.model());
                Engine moving = engine(test.model())) {
            for (int i = 0; i < 6; i++) {
                MultiDataSet batch = i % 3 == 1 ? longer : test.batch();
                int step = i;
                SnapshotContract.train(settled, batch, step, step + 1);
                if (step % 2 == 0) {
                    SnapshotContract.train(moving, batch, step, step + 1);
                } else {
                    onItsOwnThread(() -> {
                        SnapshotContract.train(moving, batch, step, step + 1);
                        return null;
                    });
                }
            }
            State.of(settled, test.model()).assertSame(State.of(moving, test.model()));
        }
    }

    @Test
    default void anEngineIsMadeUsedAndClosedOnThreeThreads() throws Exception {
        ContractCase test = SnapshotContract.manySided();
        try (Engine here = engine(test.model())) {
            SnapshotContract.train(here, test.batch(), 0, 2);
            float[] expected =
                    here.output(test.batch()).reshape(-1).dup('c').data().asFloat();
            Engine made = onItsOwnThread(() -> engine(test.model()));
            SnapshotContract.train(made, test.batch(), 0, 2);
            float[] output = onItsOwnThread(
                    () -> made.output(test.batch()).reshape(-1).dup('c').data().asFloat());
            assertArrayEquals(expected, output);
            onItsOwnThread(() -> {
                made.close();
                return null;
            });
        }
    }
}
