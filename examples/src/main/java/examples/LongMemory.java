package examples;

import java.nio.file.Path;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.data.DataSources;
import org.steadygrad.nn.GRU;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.train.Trainer;

/** A GRU that remembers over 60 steps, trained by SteadyGrad on the fastest engine of the machine, with a report. */
public final class LongMemory {
    private LongMemory() {}

    /** Optional argument: number of epochs. */
    public static void main(String[] arguments) {
        int epochs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
        RunResult result = train(epochs, Path.of("runs/long-memory"));
        System.out.println("loss " + result.trainLoss() + ", validation " + result.validation());
        result.findings().forEach(finding -> System.out.println(finding.message()));
        System.out.println("open runs/long-memory/report.html");
    }

    static RunResult train(int epochs, Path folder) {
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Adam(3e-3))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(2))
                // the update gates start out so that they remember for about 60 steps
                .addLayer("gru", new LastTimeStep(new GRU.Builder().nOut(32).chronoMaxSteps(60).build()), "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .activation(Activation.IDENTITY)
                                .nOut(1)
                                .build(),
                        "gru")
                .setOutputs("out")
                .build());
        network.init();
        return Trainer.of(
                        network,
                        DataSources.of(
                                AddingProblem.of(2000, 60, 32, 1), AddingProblem.of(200, 60, 32, 2)))
                .epochs(epochs)
                .clip(ClipSpec.globalNorm(1.0))
                .folder(folder)
                .run();
    }
}
