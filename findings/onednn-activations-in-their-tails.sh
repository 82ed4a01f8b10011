#!/usr/bin/env bash
# oneDNN 3.11 (its Java binding 3.11-1.5.13), x86: activation functions that are wrong where gradients are small.
# Guess before: right to a few units in the last place, positive functions positive, finite or infinite for infinite arguments.
# Seen: soft_relu(-20) is -1.9e-6 where 2.06e-9 is right (softplus is never negative), elu(-1e-6) is off by 1.3 %, gelu_erf(+infinity) is NaN,
# logistic(-90) is 0 where 8e-40 is right. A variance made positive by softplus can be negative.
# Needs a JDK (17 or newer) and Maven. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId>
  <artifactId>onednn</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.bytedeco</groupId>
      <artifactId>dnnl</artifactId>
      <version>3.11-1.5.13</version>
    </dependency>
    <dependency>
      <groupId>org.bytedeco</groupId>
      <artifactId>dnnl</artifactId>
      <version>3.11-1.5.13</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
    <dependency>
      <groupId>org.bytedeco</groupId>
      <artifactId>opencl</artifactId>
      <version>3.0-1.5.13</version>
    </dependency>
    <dependency>
      <groupId>org.bytedeco</groupId>
      <artifactId>opencl</artifactId>
      <version>3.0-1.5.13</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
    <dependency>
      <groupId>org.bytedeco</groupId>
      <artifactId>javacpp</artifactId>
      <version>1.5.13</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
  </dependencies>
</project>
XML
mvn -B -q -f "$folder/pom.xml" dependency:build-classpath -Dmdep.outputFile="$folder/classpath"
cat > "$folder/Finding.java" <<'JAVA'
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;

public class Finding {
    private static final engine CPU = new engine(engine.kind.cpu, 0);
    private static final stream STREAM = new stream(CPU);

    /** The function of 32 equal numbers. */
    static float of(algorithm function, float argument) {
        FloatPointer x = new FloatPointer(32);
        FloatPointer y = new FloatPointer(32);
        for (int i = 0; i < 32; i++) {
            x.put(i, argument);
        }
        memory.desc shape = new memory.desc(new long[] {1, 32}, memory.data_type.f32, new long[] {32, 1});
        eltwise_forward primitive = new eltwise_forward(new eltwise_forward.primitive_desc(
                CPU, prop_kind.forward_training, function, shape, shape, 1, 0, new primitive_attr(), false));
        dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(2);
        arguments.position(0).arg(dnnl.DNNL_ARG_SRC).memory(new memory(shape, CPU, x).get());
        arguments.position(1).arg(dnnl.DNNL_ARG_DST).memory(new memory(shape, CPU, y).get());
        dnnl.dnnl_primitive_execute(primitive.get(), STREAM.get(), 2, arguments.position(0));
        dnnl.dnnl_stream_wait(STREAM.get());
        return y.get(0);
    }

    public static void main(String[] arguments) {
        float softplus = of(algorithm.eltwise_soft_relu, -20);
        float elu = of(algorithm.eltwise_elu, -1e-6f);
        float gelu = of(algorithm.eltwise_gelu_erf, Float.POSITIVE_INFINITY);
        float logistic = of(algorithm.eltwise_logistic, -90);
        float usual = of(algorithm.eltwise_soft_relu, 1);
        System.out.println("soft_relu(1) " + usual + ", by definition " + Math.log1p(Math.E));
        System.out.println("soft_relu(-20) " + softplus + ", by definition " + Math.log1p(Math.exp(-20)));
        System.out.println("elu(-1e-6) " + elu + ", by definition " + Math.expm1(-1e-6f));
        System.out.println("gelu_erf(infinity) " + gelu + ", in the limit infinity");
        System.out.println("logistic(-90) " + logistic + ", by definition " + (float) (1 / (1 + Math.exp(90))));
        boolean seen = Math.abs(usual - 1.3132617) < 1e-5 && softplus < 0 && Math.abs(elu / -1e-6 - 1) > 0.005 && Float.isNaN(gelu)
                && logistic == 0;
        System.exit(seen ? 0 : 1);
    }
}
JAVA
java -cp "$(cat "$folder/classpath")" "$folder/Finding.java"
