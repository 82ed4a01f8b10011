package examples;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.clip.GlobalNormClipping;
import org.steadygrad.health.GradientHealth;

/** A network of DL4J, trained by DL4J's own fit: listeners clip its gradients and tell where they go. */
public final class OwnLoop {
    private OwnLoop() {}

    /** Optional argument: number of epochs. */
    public static void main(String[] arguments) {
        int epochs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 4;
        System.out.println(train(epochs));
    }

    /** @return what was found, in words */
    static String train(int epochs) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Adam(3e-3))
                .list()
                // forgets: on the way back through time its gradient fades, which the summary tells
                .layer(new LastTimeStep(
                        new SimpleRnn.Builder().nOut(32).activation(Activation.TANH).build()))
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(1)
                        .build())
                .setInputType(InputType.recurrent(2))
                .build());
        network.init();
        try (GradientHealth health = new GradientHealth()) {
            network.setListeners(health, new GlobalNormClipping(1.0));
            network.fit(AddingProblem.of(1000, 60, 32, 1), epochs);
            return health.summary().text();
        }
    }
}
