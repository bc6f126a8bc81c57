package dev.ekiden.calendar.page;

import dev.ekiden.calendar.RunningCalendar;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.server.Http;
import java.nio.file.Path;

/** What there is to book: a sample, and a few spaces whose plans and prices the tests know. */
final class Bayside {

  private Bayside() {}

  static void fill(RunningCalendar server, Path directory) throws Exception {
    server.load(new SampleSize(10, 30, 120, 10), directory.resolve("sample"));
    Http csv = server.control().with("Content-Type", "text/csv");
    csv.post(
        "/calendar/import/venues.csv",
        """
        code,name,zone
        tokyo,港区ベイサイド,Asia/Tokyo
        soho,SoHo,America/New_York
        """);
    csv.post(
        "/calendar/import/spaces.csv",
        """
        code,venue,name,capacity
        room,tokyo,会議室 海,12
        hall,tokyo,ホール 丘,60
        loft,soho,Loft,20
        """);
    csv.post(
        "/calendar/import/plans.csv",
        """
        code,space,name,unit_minutes,minimum_minutes,maximum_minutes,approval_minutes,free_cancel_minutes,cancel_fee_percent
        hourly,room,1時間プラン,60,60,480,0,2880,50
        half,room,30分プラン,30,30,240,0,0,0
        day,room,1日プラン,60,480,720,0,0,0
        asked,hall,ホスト承認プラン,60,60,480,1440,0,100
        hours,loft,By the hour,60,60,480,0,0,0
        """);
    csv.post(
        "/calendar/import/hours.csv",
        "space,hours\nroom,mon-sun 09:00-22:00\nhall,mon-sun 00:00-24:00\nloft,mon-sun 08:00-24:00\n");
    csv.post(
        "/calendar/import/prices.csv",
        """
        plan,prices,minimum_amount,day_price,currency,tax_percent,tax_included
        hourly,mon-sun 18:00-24:00 3000; any 2000,,,,,
        half,any 2600,,,,,
        day,any 1800,,12000,,,
        asked,any 8000,20000,,,,
        hours,any 3000,,,USD,8.875,false
        """);
    server.settle();
  }
}
