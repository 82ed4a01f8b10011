package org.steadygrad.engine.dl4j;

import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.recurrent.SimpleRnn;
import org.nd4j.linalg.factory.Nd4jBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.engine.Availability;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.nn.MaskedValue;
import org.steadygrad.platform.Versions;

/** Runs any DL4J model by DL4J's own layers on whatever ND4J back end is present: the reference and the fallback. */
public final class Dl4jEngineProvider implements EngineProvider {
    /** The name that {@code --engine} takes. */
    public static final String NAME = "dl4j";

    private static final Logger LOG = LoggerFactory.getLogger(Dl4jEngineProvider.class);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public Availability probe() {
        try {
            Nd4jBackend backend = Nd4jBackend.load();
            return Availability.usable(
                    "ND4J " + Versions.nd4j() + " on " + backend.getClass().getSimpleName());
        } catch (Nd4jBackend.NoAvailableBackendException | LinkageError e) {
            return Availability.missing("no ND4J back end can be loaded (" + e.getMessage()
                    + "). Put org.nd4j:nd4j-native with this platform's classifier on the class path.");
        }
    }

    @Override
    public Optional<String> unsupported(ComputationGraph model) {
        Optional<String> loss = ExactLosses.unsupported(model).or(() -> MaskedValue.obstacle(model.getConfiguration()));
        if (loss.isPresent() || model.getConfiguration().getBackpropType() != BackpropType.TruncatedBPTT) {
            return loss;
        }
        return Stream.of(model.getLayers())
                .map(RecurrentProfile::innermost)
                .filter(SimpleRnn.class::isInstance)
                .findFirst()
                .map(layer ->
                        "DL4J's SimpleRnn (layer " + layer.conf().getLayer().getLayerName()
                                + ") back-propagates every window of truncated BPTT from a zero state, so that its gradients"
                                + " are wrong. Use a GRU or LSTM there, or whole sequences (truncatedBptt: 0).");
    }

    @Override
    public Engine create(ComputationGraph model, EngineSettings settings) {
        if (settings.memory() > 0) {
            LOG.info("Engine dl4j keeps all activations: the limit of memory has no effect.");
        }
        Nd4jThreads.apply(settings.threads());
        return new Dl4jEngine(model);
    }
}
