package org.steadygrad.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.steadygrad.report.RunView;
import org.steadygrad.runlog.RunEvent;

@Timeout(20)
class PublisherTest {
    private static final Pace HOURLY = new Pace(Duration.ofHours(1), 0, Duration.ofHours(1));

    @Test
    void rowsFindRoomHoweverLongItIsUntilTheNextMessage() throws InterruptedException {
        Feed feed = new Feed(new RunView("x"), view -> view);
        try (Publisher publisher = new Publisher(feed, HOURLY)) {
            publisher.start();
            for (int i = 1; i <= 3 * Feed.CAPACITY; i++) {
                feed.happened(new RunEvent.Step(i, 0, 1, 1, 1, 1, true, 1, 1));
                while (feed.fills()) {
                    Thread.sleep(5);
                }
            }
        }
        assertEquals(0, feed.lost());
    }
}
