package org.steadygrad.train;

import org.steadygrad.engine.EngineSettings;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.Precision;

/** The engine under test as a Trainer is told of it. */
interface TrainerSubject {
    String engine();

    /** The trainer with nothing that changes numbers: no clipping, no guard, float32 everywhere. */
    default Trainer settled(Trainer trainer, int epochs) {
        return trainer.engine(engine())
                .engineSettings(EngineSettings.DEFAULT.withPrecision(Precision.FLOAT32))
                .epochs(epochs)
                .guard(new GuardSpec.Off(20))
                .clip(new ClipSpec.None());
    }
}
