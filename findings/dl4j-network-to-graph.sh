#!/usr/bin/env bash
# DL4J 1.0.0-M2.1: MultiLayerNetwork.toComputationGraph() gives a graph that trains in another way.
# Guess before: the graph is the same network; fit() of both takes the same steps.
# Seen: truncated back-propagation becomes the whole sequence (1 step for 3 per batch), miniBatch(false) becomes true (a gradient 4 times
# smaller for 4 examples), and counts of iterations and epochs start at 0, so that schedules and Adam's correction start again.
# Needs a JDK (17 or newer) and Maven. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId>
  <artifactId>dl4j</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.deeplearning4j</groupId>
      <artifactId>deeplearning4j-nn</artifactId>
      <version>1.0.0-M2.1</version>
    </dependency>
    <dependency>
      <groupId>org.nd4j</groupId>
      <artifactId>nd4j-native</artifactId>
      <version>1.0.0-M2.1</version>
    </dependency>
    <dependency>
      <groupId>org.nd4j</groupId>
      <artifactId>nd4j-native</artifactId>
      <version>1.0.0-M2.1</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
    <dependency>
      <groupId>org.bytedeco</groupId>
      <artifactId>openblas</artifactId>
      <version>0.3.19-1.5.7</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.21</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -B -q -f "$folder/pom.xml" dependency:build-classpath -Dmdep.outputFile="$folder/classpath"
cat > "$folder/Finding.java" <<'JAVA'
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

public class Finding {
    public static void main(String[] arguments) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1).miniBatch(false).updater(new Sgd(0.01)).list()
                .layer(new LSTM.Builder().nOut(4).build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).nOut(1).build())
                .setInputType(InputType.recurrent(2))
                .backpropType(BackpropType.TruncatedBPTT).tBPTTLength(4).build());
        network.init();
        DataSet batch = new DataSet(Nd4j.rand(4, 2, 10), Nd4j.rand(4, 1, 10));
        network.fit(batch);
        ComputationGraph graph = network.toComputationGraph();
        int networkSteps = network.getIterationCount();
        int graphCount = graph.getConfiguration().getIterationCount();
        boolean miniBatch = graph.getOutputLayer(0).conf().isMiniBatch();
        graph.fit(batch);
        int graphSteps = graph.getConfiguration().getIterationCount() - graphCount;
        System.out.println("network: 3 windows, steps " + networkSteps + ", miniBatch false; its graph: starts at step " + graphCount
                + ", steps " + graphSteps + ", miniBatch " + miniBatch + ", " + graph.getConfiguration().getBackpropType());
        System.exit(networkSteps == 3 && graphCount == 0 && graphSteps == 1 && miniBatch ? 0 : 1);
    }
}
JAVA
java -cp "$(cat "$folder/classpath")" "$folder/Finding.java"
