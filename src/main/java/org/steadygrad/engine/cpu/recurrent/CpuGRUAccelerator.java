package org.steadygrad.engine.cpu.recurrent;

import java.lang.ref.Cleaner;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.OneDnnVersion;
import org.steadygrad.nn.GRUAccelerator;
import org.steadygrad.platform.NativeVariant;

/** Runs the plain GRU layer on the CPU engine's kernel. */
public final class CpuGRUAccelerator implements GRUAccelerator {
    private static final Cleaner CLEANER = Cleaner.create();

    @Override
    public boolean usable() {
        try {
            NativeVariant.select();
            OneDnnVersion.describe();
            return Nd4j.getExecutioner().type() == ExecutionerType.NATIVE_CPU;
        } catch (LinkageError | RuntimeException e) {
            return false;
        }
    }

    @Override
    public Session open() {
        Resources resources = new Resources();
        CpuSession session = new CpuSession(resources);
        CLEANER.register(session, resources);
        return session;
    }

    /** What a session holds outside the heap. It must not refer to the session. */
    private static final class Resources implements Runnable {
        private static final int MOST_RUNS = 8;

        private final Map<GruRun.Key, GruRun> runs = new LinkedHashMap<>(MOST_RUNS, 0.75f, true);
        private GruModel model;

        GruModel model(int inputs, int units) {
            if (model == null) {
                model = new GruModel(inputs, units);
            }
            return model;
        }

        GruRun run(GruRun.Key key) {
            GruRun known = runs.get(key);
            if (known != null) {
                return known;
            }
            if (runs.size() == MOST_RUNS) {
                Iterator<GruRun> oldest = runs.values().iterator();
                oldest.next().close();
                oldest.remove();
            }
            GruRun made = new GruRun(model, key);
            runs.put(key, made);
            return made;
        }

        @Override
        public void run() {
            runs.values().forEach(GruRun::close);
            if (model != null) {
                model.close();
            }
        }
    }

    private static final class CpuSession implements Session {
        private final Resources resources;
        /** Number of the last pass; changes when that is used up, too. */
        private long last;

        CpuSession(Resources resources) {
            this.resources = resources;
        }

        @Override
        public Pass forward(Parameters parameters, Sequences sequences, INDArray output, boolean training) {
            INDArray x = sequences.x();
            GruModel model = resources.model((int) x.size(1), (int) output.size(1));
            model.takeParameters(parameters);
            GruRun run =
                    resources.run(new GruRun.Key((int) x.size(2), (int) x.size(0), sequences.mask() != null, training));
            run.forward(sequences, output);
            return new CpuPass(this, run, ++last);
        }
    }

    private record CpuPass(CpuSession session, GruRun run, long number) implements Pass {
        @Override
        public boolean isLast() {
            return session.last == number;
        }

        @Override
        public void finalState(INDArray target) {
            run.finalState(target);
        }

        @Override
        public void backward(INDArray epsilon, Parameters gradients, INDArray inputGradient, INDArray initialGradient) {
            session.last++;
            run.backward(epsilon, gradients, inputGradient, initialGradient);
        }
    }
}
