import "./components/tooltip.js";
import "./console.js";
import { connection } from "./events.js";

connection.start();
